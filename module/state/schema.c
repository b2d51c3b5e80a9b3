/* schema.c - the tables of state.db. */
#include "schema.h"

static const char *const steps[] = {
    /* places in the logs, small texts */
    "CREATE TABLE place(name TEXT PRIMARY KEY,segment INTEGER,offset INTEGER,record INTEGER)"
    " WITHOUT ROWID;"
    "CREATE TABLE note(name TEXT PRIMARY KEY,text TEXT) WITHOUT ROWID;"
    /* what authors set up */
    "CREATE TABLE link(id TEXT PRIMARY KEY,course TEXT NOT NULL,json TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX link_course ON link(course);"
    "CREATE TABLE course(id TEXT PRIMARY KEY,title TEXT,language TEXT,json TEXT) WITHOUT ROWID;"
    /* people */
    "CREATE TABLE person(learner TEXT PRIMARY KEY,name TEXT,email TEXT,language TEXT,"
    "attributes TEXT,utc_offset INTEGER) WITHOUT ROWID;"
    "CREATE TABLE enrolment(id INTEGER PRIMARY KEY,registration BLOB NOT NULL UNIQUE,"
    "learner TEXT NOT NULL,course TEXT NOT NULL,chain_ms INTEGER,completed INTEGER,"
    "completed_statement BLOB,success INTEGER,revision INTEGER,withdrawn INTEGER);"
    "CREATE INDEX enrolment_who ON enrolment(learner,course);"
    "CREATE TABLE attempt(enrolment INTEGER,item TEXT,attempt INTEGER,blob BLOB,"
    "PRIMARY KEY(enrolment,item,attempt)) WITHOUT ROWID;"
    /* rooms */
    "CREATE TABLE discussion(id TEXT PRIMARY KEY,link TEXT,course TEXT,room TEXT,number INTEGER,"
    "name TEXT,title TEXT,language TEXT,provider TEXT,room_ref TEXT,topic_ref TEXT,url TEXT,"
    "opened_ms INTEGER,members INTEGER,UNIQUE(link,room,number)) WITHOUT ROWID;"
    "CREATE INDEX discussion_ref ON discussion(room_ref);"
    "CREATE TABLE member(discussion TEXT,learner TEXT,link TEXT,enrolment INTEGER,state INTEGER,"
    "rejoined INTEGER,user_ref TEXT,unlocked_ms INTEGER,invited_ms INTEGER,posts INTEGER,"
    "answers INTEGER,PRIMARY KEY(discussion,learner)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX member_link ON member(learner,link);"
    "CREATE TABLE forum_user(provider TEXT,user_ref TEXT,learner TEXT,"
    "PRIMARY KEY(provider,user_ref)) WITHOUT ROWID;"
    /* what is said there */
    "CREATE TABLE topic(provider TEXT,topic TEXT,discussion TEXT,type TEXT,title TEXT,author TEXT,"
    "statement BLOB,posted_ms INTEGER,answered_ms INTEGER,offered_ms INTEGER,reminded_ms INTEGER,"
    "first_post TEXT,answer TEXT,answer_revision INTEGER,idea INTEGER,idea_reason TEXT,"
    "replies INTEGER,votes INTEGER,deleted INTEGER,by_bot INTEGER,"
    "PRIMARY KEY(provider,topic)) WITHOUT ROWID;"
    "CREATE INDEX topic_discussion ON topic(discussion);"
    "CREATE INDEX topic_waiting ON topic(posted_ms) WHERE answered_ms=0 AND type='question';"
    "CREATE TABLE post(provider TEXT,post TEXT,topic TEXT,parent TEXT,author TEXT,statement BLOB,"
    "revision INTEGER,posted_ms INTEGER,edited_ms INTEGER,official_ms INTEGER,votes INTEGER,"
    "anonymous INTEGER,deleted INTEGER,by_bot INTEGER,language TEXT,attachments TEXT,text TEXT,"
    "PRIMARY KEY(provider,post)) WITHOUT ROWID;"
    "CREATE INDEX post_topic ON post(provider,topic);"
    "CREATE TABLE once(kind TEXT,b TEXT,a TEXT,c INTEGER,PRIMARY KEY(kind,b,a,c)) WITHOUT ROWID;"
    /* what forums have to do */
    "CREATE TABLE job(id INTEGER PRIMARY KEY,key TEXT NOT NULL UNIQUE,provider TEXT,kind INTEGER,"
    "state INTEGER,tries INTEGER,next_ms INTEGER,discussion TEXT,learner TEXT,payload TEXT);"
    "CREATE INDEX job_due ON job(provider,next_ms,id) WHERE state IN(1,2);"
    "CREATE INDEX job_learner ON job(learner,kind);"
    "CREATE TABLE dead(id INTEGER PRIMARY KEY AUTOINCREMENT,at_ms INTEGER,sink TEXT,code TEXT,"
    "subject TEXT,reason TEXT,bytes BLOB,wanted INTEGER,UNIQUE(sink,subject));",

    /* 2: A registration is looked for among its learner's: an index over random UUIDs made each new
     * enrolment touch a page of its own. */
    "CREATE TABLE enrolment_2(id INTEGER PRIMARY KEY,registration BLOB NOT NULL,"
    "learner TEXT NOT NULL,course TEXT NOT NULL,chain_ms INTEGER,completed INTEGER,"
    "completed_statement BLOB,success INTEGER,revision INTEGER,withdrawn INTEGER);"
    "INSERT INTO enrolment_2 SELECT id,registration,learner,course,chain_ms,completed,"
    "completed_statement,success,revision,withdrawn FROM enrolment;"
    "DROP TABLE enrolment;"
    "ALTER TABLE enrolment_2 RENAME TO enrolment;"
    "CREATE INDEX enrolment_who ON enrolment(learner,course);",
};

const int schema_version = (int)(sizeof steps / sizeof *steps);

const char *schema_step(int v)
{
    return steps[v];
}
