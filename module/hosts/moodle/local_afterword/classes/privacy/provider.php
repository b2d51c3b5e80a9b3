<?php
// This file is part of local_afterword, a plugin for Moodle - https://moodle.org/
//
// local_afterword is free software: you can redistribute it and/or modify it under the terms of the
// GNU General Public License as published by the Free Software Foundation, either version 3 of the
// License, or (at your option) any later version. It comes without any warranty; see LICENSE.
//
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_afterword\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\transform;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use local_afterword\erasure;

/**
 * What is kept about a learner, what leaves Moodle, and how both end.
 *
 * @package    local_afterword
 * @license    https://www.gnu.org/licenses/gpl-3.0.html GPL-3.0-or-later
 */
class provider implements
        \core_privacy\local\metadata\provider,
        \core_privacy\local\request\plugin\provider,
        \core_privacy\local\request\core_userlist_provider {
    /**
     * @param collection $collection
     * @return collection
     */
    public static function get_metadata(collection $collection): collection {
        $collection->add_database_table('local_afterword_reg', [
            'userid' => 'privacy:userid',
            'courseid' => 'privacy:courseid',
            'registration' => 'privacy:registration',
            'timecreated' => 'privacy:timecreated',
        ], 'privacy:reg');
        $collection->add_database_table('local_afterword_pending', [
            'userid' => 'privacy:userid',
            'event' => 'privacy:event',
            'reason' => 'privacy:reason',
            'timecreated' => 'privacy:timecreated',
        ], 'privacy:pending');
        $collection->add_database_table('local_afterword_done', [
            'userid' => 'privacy:userid',
            'requestcall' => 'privacy:requestcall',
            'timecreated' => 'privacy:timecreated',
        ], 'privacy:done');
        $collection->add_external_location_link('afterword', [
            'userid' => 'privacy:userid',
            'attributes' => 'privacy:attributes',
            'names' => 'privacy:names',
            'scorm' => 'privacy:scorm',
            'grade' => 'privacy:grade',
            'posts' => 'privacy:posts',
        ], 'privacy:afterword');
        $collection->add_subsystem_link('core_group', [], 'privacy:group');
        return $collection;
    }

    /**
     * Registrations belong to their courses; what waits or was done belongs to the site; what Afterword and the
     * record stores hold belongs to the person. Whether they hold anything is not asked: to forget nobody is no work.
     *
     * @param int $userid
     * @return contextlist
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        $list = new contextlist();
        $list->add_from_sql('SELECT c.id FROM {context} c JOIN {local_afterword_reg} r ON r.courseid = c.instanceid
                              WHERE c.contextlevel = :level AND r.userid = :userid',
            ['level' => CONTEXT_COURSE, 'userid' => $userid]);
        foreach (['local_afterword_pending', 'local_afterword_done'] as $table) {
            $list->add_from_sql("SELECT c.id FROM {context} c
                                  WHERE c.contextlevel = :level AND EXISTS (SELECT 1 FROM {{$table}} t WHERE t.userid = :userid)",
                ['level' => CONTEXT_SYSTEM, 'userid' => $userid]);
        }
        $list->add_from_sql('SELECT c.id FROM {context} c WHERE c.contextlevel = :level AND c.instanceid = :userid',
            ['level' => CONTEXT_USER, 'userid' => $userid]);
        return $list;
    }

    /**
     * @param userlist $userlist
     */
    public static function get_users_in_context(userlist $userlist) {
        $context = $userlist->get_context();
        if ($context->contextlevel == CONTEXT_COURSE) {
            $userlist->add_from_sql('userid', 'SELECT userid FROM {local_afterword_reg} WHERE courseid = :courseid',
                ['courseid' => $context->instanceid]);
        } else if ($context->contextlevel == CONTEXT_SYSTEM) {
            foreach (['local_afterword_pending', 'local_afterword_done'] as $table) {
                $userlist->add_from_sql('userid', "SELECT userid FROM {{$table}} WHERE userid > 0", []);
            }
        } else if ($context->contextlevel == CONTEXT_USER) {
            $userlist->add_user((int)$context->instanceid);
        }
    }

    /**
     * @param approved_contextlist $contextlist
     */
    public static function export_user_data(approved_contextlist $contextlist) {
        global $DB;
        $userid = $contextlist->get_user()->id;
        $name = get_string('pluginname', 'local_afterword');
        foreach ($contextlist->get_contexts() as $context) {
            $data = [];
            if ($context->contextlevel == CONTEXT_COURSE) {
                $where = ['userid' => $userid, 'courseid' => $context->instanceid];
                foreach ($DB->get_records('local_afterword_reg', $where) as $row) {
                    $data['registrations'][] = (object)['registration' => $row->registration,
                        'timecreated' => transform::datetime($row->timecreated)];
                }
            } else if ($context->contextlevel == CONTEXT_SYSTEM) {
                foreach ($DB->get_records('local_afterword_pending', ['userid' => $userid]) as $row) {
                    $data['waiting'][] = (object)['event' => json_decode($row->event, true), 'reason' => $row->reason,
                        'timecreated' => transform::datetime($row->timecreated)];
                }
                foreach ($DB->get_records('local_afterword_done', ['userid' => $userid]) as $row) {
                    $data['requests'][] = (object)['what' => $row->requestcall,
                        'timecreated' => transform::datetime($row->timecreated)];
                }
            }
            if ($data) {
                writer::with_context($context)->export_data([$name], (object)$data);
            }
        }
    }

    /**
     * @param \context $context
     */
    public static function delete_data_for_all_users_in_context(\context $context) {
        global $DB;
        if ($context->contextlevel == CONTEXT_COURSE) {
            $DB->delete_records('local_afterword_reg', ['courseid' => $context->instanceid]);
        } else if ($context->contextlevel == CONTEXT_SYSTEM) {
            // But for what is to be erased there: it belongs to nobody here any more.
            $DB->delete_records_select('local_afterword_pending', 'userid <> 0');
            $DB->set_field_select('local_afterword_done', 'userid', 0, 'userid <> 0');
        } else if ($context->contextlevel == CONTEXT_USER) {
            erasure::ask((int)$context->instanceid);
        }
    }

    /**
     * @param approved_contextlist $contextlist
     */
    public static function delete_data_for_user(approved_contextlist $contextlist) {
        foreach ($contextlist->get_contexts() as $context) {
            self::delete_in($context, [(int)$contextlist->get_user()->id]);
        }
    }

    /**
     * @param approved_userlist $userlist
     */
    public static function delete_data_for_users(approved_userlist $userlist) {
        self::delete_in($userlist->get_context(), array_map('intval', $userlist->get_userids()));
    }

    /**
     * That a request was carried out is kept, without whom it was about: it must not be carried out again.
     *
     * @param \context $context
     * @param int[] $userids
     */
    private static function delete_in(\context $context, array $userids): void {
        global $DB;
        if (!$userids) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($userids, SQL_PARAMS_NAMED);
        if ($context->contextlevel == CONTEXT_COURSE) {
            $DB->delete_records_select('local_afterword_reg', "courseid = :courseid AND userid $in",
                $params + ['courseid' => $context->instanceid]);
        } else if ($context->contextlevel == CONTEXT_SYSTEM) {
            $DB->delete_records_select('local_afterword_pending', "userid $in", $params);
            $DB->set_field_select('local_afterword_done', 'userid', 0, "userid $in", $params);
        } else if ($context->contextlevel == CONTEXT_USER && in_array((int)$context->instanceid, $userids, true)) {
            erasure::ask((int)$context->instanceid);
        }
    }
}
