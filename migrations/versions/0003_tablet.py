"""tablet: alerts, doors that stayed shut, kit stock, told scores, newer parameters, lost tablets.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("kit_movement", "urgent_alert", "person_alert", "parameter_value", "external_score")
SUBMISSION = ("device_name", "started_at", "ended_at", "clock_skew_s", "decided_at")


def upgrade() -> None:
    op.create_table(
        "external_score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_external_score_person_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user_account.id"], name="fk_external_score_recorded_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_external_score"),
    )
    op.create_index("ix_external_score_person_id", "external_score", ["person_id"], unique=False)
    op.create_table(
        "parameter_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user_account.id"], name="fk_parameter_value_added_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_parameter_value"),
    )
    op.create_index("ix_parameter_value_name", "parameter_value", ["name"], unique=False)
    op.create_table(
        "person_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["user_account.id"], name="fk_person_alert_noted_by_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_alert_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_alert"),
    )
    op.create_index("ix_person_alert_person_id", "person_alert", ["person_id"], unique=False)
    op.create_table(
        "urgent_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.String(length=100), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=2), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_name", sa.LargeBinary(), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seen_by_id"], ["user_account.id"], name="fk_urgent_alert_seen_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["user_account.id"], name="fk_urgent_alert_sent_by_id"
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_urgent_alert_visit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_urgent_alert"),
        sa.UniqueConstraint("instance_id", "path", name="uq_urgent_alert_instance_id_path"),
    )
    op.create_index("ix_urgent_alert_visit_id", "urgent_alert", ["visit_id"], unique=False)
    op.create_table(
        "kit_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visitor_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name="fk_kit_movement_by_id"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_kit_movement_submission_id"
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["user_account.id"], name="fk_kit_movement_visitor_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kit_movement"),
    )
    op.create_index("ix_kit_movement_visitor_id", "kit_movement", ["visitor_id"], unique=False)
    # Nothing points to an attempt, so SQLite may make the table anew.
    with op.batch_alter_table("contact_attempt") as batch:
        batch.add_column(sa.Column("visit_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("report_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("left_behind", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key("fk_contact_attempt_visit_id", "visit", ["visit_id"], ["id"])
    op.create_index("ix_contact_attempt_report_id", "contact_attempt", ["report_id"], unique=True)
    op.create_index("ix_contact_attempt_visit_id", "contact_attempt", ["visit_id"])
    op.add_column("device", sa.Column("recovery_key", sa.LargeBinary(), nullable=True))
    op.add_column("device", sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device", sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("device_name", sa.String(length=100), nullable=True))
    op.add_column("submission", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("clock_skew_s", sa.Integer(), nullable=True))
    op.add_column("submission", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in SUBMISSION:
        op.drop_column("submission", column)
    for column in ("wiped_at", "lost_at", "recovery_key"):
        op.drop_column("device", column)
    op.drop_index("ix_contact_attempt_visit_id", "contact_attempt")
    op.drop_index("ix_contact_attempt_report_id", "contact_attempt")
    with op.batch_alter_table("contact_attempt") as batch:
        batch.drop_constraint("fk_contact_attempt_visit_id", type_="foreignkey")
        for column in ("received_at", "left_behind", "report_id", "visit_id"):
            batch.drop_column(column)
    for table in TABLES:
        op.drop_table(table)
