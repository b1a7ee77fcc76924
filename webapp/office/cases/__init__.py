"""Pages of a case's life: what is due, pauses, its end."""

from flask_babel import lazy_gettext as _l

from visits.cases.task_list import planned_too_late
from webapp.access.auth import Action
from webapp.office.cases import charge, interpreters, life, tasks
from webapp.office.cases.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(life.life, charge.charge, interpreters.interpreters, tasks.tasks),
    navigation=(Item(45, "tasks.index", _l("To do"), "check2-square", Action.DO_TASKS),),
    words=WORDS,
    refusals=REFUSALS,
    filters={
        "task_name": tasks.task_name,
        "task_owner": tasks.task_owner,
        "promise": tasks.promise,
        "planned_too_late": planned_too_late,
    },
)
