<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Strings.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */

defined('MOODLE_INTERNAL') || die();

$string['actionagain'] = 'Try again';
$string['actiondrop'] = 'Drop';
$string['actionforget'] = 'Forget';
$string['actionretry'] = 'Retry';
$string['afterword:managelinks'] = 'Attach a discussion to a course or an activity';
$string['afterword:viewstatus'] = 'See what Afterword could not deliver, and retry it';
$string['anonymous'] = 'Questions may be asked anonymously';
$string['anonymous_help'] = 'Where the discussion is shown by Afterword itself, learners may ask without their name. In Moodle\'s own forum every post shows its author; this setting has no effect there.';
$string['answerhours'] = 'Hours in which a question should be answered';
$string['attributes'] = 'What is told about a learner';
$string['attributes_desc'] = 'Rooms can be made by these, and reports can be told apart by them. Choose no more than you need.';
$string['botuser'] = 'Author of opening posts';
$string['botuser_desc'] = 'The username of an account that writes the authors\' prompts, for example one named "Discussions". Empty: the main administrator.';
$string['cachedef_courses'] = 'Courses with a discussion attached';
$string['calltoaction'] = 'What learners are asked to do';
$string['calltoaction_help'] = 'In Markdown, under the prompt. For example: "Take a picture of where you would use this, and say what you would change."';
$string['checkdelivery'] = 'Afterword delivers';
$string['checkok'] = 'Events are taken, and nothing is waiting for too long.';
$string['deadletters'] = 'Dead letters: refused for good, with the reason';
$string['discussionafter'] = 'Discussion after completion';
$string['discussionafter_desc'] = 'When a learner has completed this course, a discussion about it opens for them. Taking part is voluntary and never counts towards completion or a grade.';
$string['done'] = 'Done.';
$string['enabled'] = 'Open a discussion for learners who have completed this';
$string['enabled_help'] = 'Each learner is let in and invited once, as soon as they have completed it. Nobody has to take part.';
$string['eraseondelete'] = 'Forget deleted accounts';
$string['eraseondelete_desc'] = 'When an account is deleted in Moodle, Afterword forgets the learner and has the learning record store erase or void what was said of them. That cannot be undone: leave this off where training records have to outlive accounts. A deletion through Moodle\'s privacy tools is passed on in any case.';
$string['forum'] = 'Forum';
$string['forum_help'] = 'A new forum is made when the first learner completes this. If you choose a forum that is there, it is closed to everyone who has not completed this, and set to separate groups.';
$string['groupdescription'] = 'Members of a discussion that opened after completion. Afterword looks after this group.';
$string['headcourse'] = 'Course';
$string['headwhat'] = 'What';
$string['headwhen'] = 'When';
$string['headwhere'] = 'Where';
$string['headwhy'] = 'Why';
$string['leave'] = 'Leave or rejoin this discussion';
$string['leavesure'] = 'Leave this discussion? You will not see it any more. What you wrote stays. You can come back by the same link.';
$string['leftnow'] = 'You are leaving the discussion; it takes a moment.';
$string['messageprovider:invitation'] = 'Invitation to a discussion after completion';
$string['messageprovider:note'] = 'News of what you read or wrote in such a discussion';
$string['messageprovider:trouble'] = 'Afterword is not delivering';
$string['names'] = 'Names and e-mail addresses';
$string['names_desc'] = 'Hand over learners\' names and e-mail addresses. Afterword puts them into statements only where its own configuration says so as well.';
$string['newforum'] = 'A new forum, made when first needed';
$string['nonehere'] = 'None.';
$string['nothinglost'] = 'Nothing is lost: what is not delivered is kept and delivered later.';
$string['openson'] = 'Opens when it is';
$string['opensoncompleted'] = 'completed';
$string['opensonpassed'] = 'passed';
$string['pluginname'] = 'Afterword';
$string['posttext'] = 'Text of posts';
$string['posttext_desc'] = 'Hand over what learners write. Afterword puts it into statements only where its own configuration says so as well.';
$string['privacy:afterword'] = 'Completions, SCORM data and what is done in discussions goes to Afterword, and from there, under a pseudonym, to the learning record store of the organisation. When the learner\'s data is deleted here, it is erased or voided there too.';
$string['privacy:attributes'] = 'The attributes that the site chose (cohort, country ...)';
$string['privacy:courseid'] = 'The course';
$string['privacy:done'] = 'That a learner was let into a discussion, or invited, so that it happens once';
$string['privacy:event'] = 'The event that waits';
$string['privacy:grade'] = 'The course grade at completion';
$string['privacy:group'] = 'Learners are members of the groups of their discussions';
$string['privacy:names'] = 'Name and e-mail address, only where the site\'s settings say so';
$string['privacy:pending'] = 'Events that could not be handed over yet';
$string['privacy:posts'] = 'That a post was written or read; its text only where the site\'s settings say so';
$string['privacy:reason'] = 'Why it waits';
$string['privacy:reg'] = 'The registration of each enrolment that was reported';
$string['privacy:registration'] = 'A UUID that stands for the enrolment';
$string['privacy:requestcall'] = 'What was done';
$string['privacy:scorm'] = 'What a SCORM package stored';
$string['privacy:timecreated'] = 'When';
$string['privacy:userid'] = 'The learner';
$string['problemdead'] = '{$a} dead letters: refused for good, with the reason on the status page';
$string['problemlate'] = 'The worker has not looked at events for {$a}';
$string['problemlink'] = 'The discussion "{$a->title}": {$a->text}';
$string['problemlrs'] = 'The LRS {$a->name}: {$a->text}';
$string['problemnone'] = 'Nothing is hooked: the PHP extension "afterword" is not loaded, and no socket of the worker is set. Completions open no discussion.';
$string['problempending'] = '{$a->count} events could not be handed over to Afterword, the oldest for {$a->time}';
$string['problemrefused'] = '{$a} events were refused; the status page says why';
$string['problemworker'] = 'No worker is running: start "afterword worker". Events are kept until then.';
$string['prompt'] = 'Opening post';
$string['prompt_help'] = 'In Markdown. Say what happened, and ask something that only somebody can answer who has done this course. {course} and {room} are filled in.';
$string['pusherror'] = 'Afterword says';
$string['regulated'] = 'Regulated subject';
$string['regulated_help'] = 'Questions that stay unanswered are put to those who are responsible, in time.';
$string['rejoinednow'] = 'You are coming back to the discussion; it takes a moment.';
$string['rejoinsure'] = 'Come back to this discussion?';
$string['report'] = 'Which courses are reported';
$string['report_desc'] = 'Completions, SCORM data and discussions of these go to the learning record store.';
$string['reportall'] = 'All courses';
$string['reportlinked'] = 'Courses with a discussion attached';
$string['roomby'] = 'Rooms by';
$string['roomby_help'] = 'Learners with the same values share a room that nobody else sees. Empty: one room for the course.';
$string['roombytoomany'] = 'Choose four at most.';
$string['roomcap'] = 'Members in a room, at most';
$string['roomcapwrong'] = 'Between 2 and 100000.';
$string['saved'] = 'Saved. The discussion is attached in a moment.';
$string['socket'] = 'Socket of the worker';
$string['socket_desc'] = 'For sites without the PHP extension: the path of notify.sock in the worker\'s state directory, for example /var/lib/afterword/notify.sock. The web server\'s user must be in the group of that directory.';
$string['status'] = 'Afterword: status';
$string['statusdeadletters'] = 'Dead letters';
$string['statusdiscussions'] = 'Discussions that are open';
$string['statusjournalevents'] = 'Events taken';
$string['statusjournalpending'] = 'Of these, not looked at yet';
$string['statuslrs'] = 'Statements that wait for the LRS {$a}';
$string['statusmembers'] = 'Members of these';
$string['statusstatements'] = 'Statements written';
$string['subjectinvitation'] = 'Join the conversation: {$a}';
$string['subjectnote'] = 'News from "{$a}"';
$string['subjecttrouble'] = 'Afterword is not delivering';
$string['tagidea'] = 'idea';
$string['tagquestion'] = 'question';
$string['taskcarryout'] = 'Afterword: open discussions, let learners in, invite them';
$string['taskreconcile'] = 'Afterword: look again for what may not have been reported';
$string['title'] = 'Title of the discussion';
$string['toolong'] = 'Too long.';
$string['unknownaction'] = 'There is no such action.';
$string['waiting'] = 'Waiting to be handed over';
$string['way'] = 'Way to Afterword';
$string['wayextension'] = 'The PHP extension "afterword" is loaded.';
$string['waynone'] = 'Nothing is hooked: load the PHP extension "afterword", or set the socket of the worker below.';
$string['waysocket'] = 'The PHP extension is not loaded; the worker\'s socket is used.';
