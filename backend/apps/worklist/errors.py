from kernel.errors import DomainError


class AlreadyTaken(DomainError):
    """`executor_name` says by whom."""

    code, status = "work_already_taken", 409
    zh, en = "该待办已由{executor_name}处理", "{executor_name} has taken this already."
