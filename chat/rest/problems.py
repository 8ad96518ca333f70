def problem_handler(exc, context):
    return None
