"""residences, dwellings, persons and imported files belong to a landlord, references are its own.

What is there belongs to the landlord there is. Of several, to the one with the most accounts; where
there is none, one is written down, which an administrator may give its name.

Revision: 0040
Follows: 0037
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0037"
branch_labels = None
depends_on = None

STOCK = ("residence", "dwelling", "person", "import_file", "column_mapping")
REFERENCED = ("residence", "dwelling", "person")
INDEXED = ("residence", "person", "import_file")
UNNAMED = ("Bailleur", "Bailleur du parc")


def upgrade() -> None:
    landlord = _landlord(op.get_bind())
    for name in STOCK:
        op.add_column(name, sa.Column("landlord_id", sa.Uuid(), nullable=True))
        table = sa.table(name, sa.column("landlord_id", sa.Uuid()))
        op.execute(table.update().values(landlord_id=landlord))
    for name in STOCK:
        with op.batch_alter_table(name) as batch_op:
            batch_op.alter_column("landlord_id", existing_type=sa.Uuid(), nullable=False)
            if name != "dwelling":
                batch_op.create_foreign_key(
                    f"fk_{name}_landlord_id", "organisation", ["landlord_id"], ["id"]
                )
            if name in REFERENCED:
                batch_op.drop_constraint(f"uq_{name}_reference", type_="unique")
                batch_op.create_unique_constraint(
                    f"uq_{name}_reference_landlord_id", ["reference", "landlord_id"]
                )
            if name == "residence":
                batch_op.create_unique_constraint("uq_residence_id_landlord_id", ["id", "landlord_id"])
            if name == "column_mapping":
                batch_op.drop_constraint("uq_column_mapping_signature", type_="unique")
                batch_op.create_unique_constraint(
                    "uq_column_mapping_signature_landlord_id", ["signature", "landlord_id"]
                )
    with op.batch_alter_table("dwelling") as batch_op:
        batch_op.drop_constraint("fk_dwelling_residence_id", type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_dwelling_residence_id_landlord_id", "residence",
            ["residence_id", "landlord_id"], ["id", "landlord_id"],
        )  # fmt: skip
    for name in INDEXED:
        op.create_index(f"ix_{name}_landlord_id", name, ["landlord_id"])


def _landlord(connection: sa.Connection) -> uuid.UUID | None:
    """Find the landlord whose all is; write one down where there is stock and none."""
    found = sa.text(
        "SELECT organisation.id FROM organisation"
        " LEFT JOIN user_account ON user_account.organisation_id = organisation.id"
        " WHERE organisation.kind = 'landlord' GROUP BY organisation.id"
        " ORDER BY count(user_account.id) DESC, organisation.id LIMIT 1"
    ).columns(id=sa.Uuid())
    landlord: uuid.UUID | None = connection.scalar(found)
    kept = any(
        connection.scalar(sa.text(f"SELECT 1 FROM {name} LIMIT 1"))  # noqa: S608
        for name in (*STOCK, "mandate")
    )
    if landlord is not None or not kept:
        return landlord
    organisation = sa.table(
        "organisation", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("kind")
    )
    taken = set(connection.scalars(sa.select(organisation.c.name)))
    landlord = uuid.uuid4()
    name = next((one for one in UNNAMED if one not in taken), f"Bailleur {landlord.hex[:8]}")
    row = {"id": landlord, "name": name, "kind": "landlord"}
    connection.execute(organisation.insert().values(row))
    return landlord


def downgrade() -> None:
    _refuse_shared_references(op.get_bind())
    for name in INDEXED:
        op.drop_index(f"ix_{name}_landlord_id", name)
    with op.batch_alter_table("dwelling") as batch_op:
        batch_op.drop_constraint("fk_dwelling_residence_id_landlord_id", type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_dwelling_residence_id", "residence", ["residence_id"], ["id"]
        )
    # Of the columns a file with these headings gave, one landlord's are kept: the last ones.
    op.execute(
        "DELETE FROM column_mapping WHERE EXISTS (SELECT 1 FROM column_mapping AS other"
        " WHERE other.signature = column_mapping.signature AND other.id > column_mapping.id)"
    )
    for name in reversed(STOCK):
        with op.batch_alter_table(name) as batch_op:
            if name == "column_mapping":
                batch_op.drop_constraint("uq_column_mapping_signature_landlord_id", type_="unique")
                batch_op.create_unique_constraint("uq_column_mapping_signature", ["signature"])
            if name == "residence":
                batch_op.drop_constraint("uq_residence_id_landlord_id", type_="unique")
            if name in REFERENCED:
                batch_op.drop_constraint(f"uq_{name}_reference_landlord_id", type_="unique")
                batch_op.create_unique_constraint(f"uq_{name}_reference", ["reference"])
            if name != "dwelling":
                batch_op.drop_constraint(f"fk_{name}_landlord_id", type_="foreignkey")
            batch_op.drop_column("landlord_id")


def _refuse_shared_references(connection: sa.Connection) -> None:
    for name in REFERENCED:
        shared = connection.scalar(
            sa.text(
                f"SELECT reference FROM {name} WHERE reference IS NOT NULL"  # noqa: S608
                " GROUP BY reference HAVING count(*) > 1 ORDER BY reference LIMIT 1"
            )
        )
        if shared is not None:
            raise RuntimeError(
                f"Two landlords use the reference {shared} ({name}): the version before cannot keep"
                " both. Keep one landlord's stock, or stay with this version."
            )
