/* afterword_arginfo.h - what afterword.stub.php declares; change the two together. */

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_notify, 0, 1, _IS_BOOL, 0)
    ZEND_ARG_TYPE_INFO(0, event, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_status, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_query, 0, 1, IS_ARRAY, 0)
    ZEND_ARG_TYPE_INFO(0, what, IS_STRING, 0)
    ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, args, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_link_put, 0, 1, IS_STRING, 0)
    ZEND_ARG_TYPE_INFO(0, link, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_link_remove, 0, 1, _IS_BOOL, 0)
    ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_course_add, 0, 1, IS_ARRAY, 0)
    ZEND_ARG_TYPE_INFO(0, course, IS_STRING, 0)
    ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, title, IS_STRING, 0, "\"\"")
    ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, path, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_forum_requests_take, 0, 0, IS_ARRAY, 0)
    ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, max, IS_LONG, 0, "16")
    ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, lease_ms, IS_LONG, 0, "120000")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_forum_request_done, 0, 2, _IS_BOOL, 0)
    ZEND_ARG_TYPE_INFO(0, key, IS_STRING, 0)
    ZEND_ARG_TYPE_INFO(0, reply, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_dead_letter, 0, 2, _IS_BOOL, 0)
    ZEND_ARG_TYPE_INFO(0, action, IS_STRING, 0)
    ZEND_ARG_TYPE_INFO(0, id, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_afterword_version, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_FUNCTION(afterword_notify);
ZEND_FUNCTION(afterword_status);
ZEND_FUNCTION(afterword_query);
ZEND_FUNCTION(afterword_link_put);
ZEND_FUNCTION(afterword_link_remove);
ZEND_FUNCTION(afterword_course_add);
ZEND_FUNCTION(afterword_forum_requests_take);
ZEND_FUNCTION(afterword_forum_request_done);
ZEND_FUNCTION(afterword_dead_letter);
ZEND_FUNCTION(afterword_version);

static const zend_function_entry afterword_functions[] = {
    ZEND_FE(afterword_notify, arginfo_afterword_notify)
    ZEND_FE(afterword_status, arginfo_afterword_status)
    ZEND_FE(afterword_query, arginfo_afterword_query)
    ZEND_FE(afterword_link_put, arginfo_afterword_link_put)
    ZEND_FE(afterword_link_remove, arginfo_afterword_link_remove)
    ZEND_FE(afterword_course_add, arginfo_afterword_course_add)
    ZEND_FE(afterword_forum_requests_take, arginfo_afterword_forum_requests_take)
    ZEND_FE(afterword_forum_request_done, arginfo_afterword_forum_request_done)
    ZEND_FE(afterword_dead_letter, arginfo_afterword_dead_letter)
    ZEND_FE(afterword_version, arginfo_afterword_version)
    ZEND_FE_END
};
