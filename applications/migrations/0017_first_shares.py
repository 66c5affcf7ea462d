"""Every instalment that was granted before payers existed is borne whole by the standard payer of its authority."""

from django.db import migrations

from applications import guards


def share_out(apps, schema_editor):
    """Make a standard payer for each authority, one share for each instalment, and name it in its payments."""
    guards.remove(schema_editor.connection)
    names = ("Authority", "Payer", "Instalment", "PayerShare", "Payment")
    authorities, payers, instalments, shares, payments = (apps.get_model("applications", n).objects for n in names)
    for authority in authorities.all():
        payer, _ = payers.get_or_create(
            authority=authority, standard=True, replaced_at=None, defaults={"name": f"{authority.place}财政局"}
        )
        for part in instalments.filter(award__authority=authority).iterator():
            share = shares.create(instalment=part, payer=payer, amount_fen=part.amount_fen)
            payments.filter(instalment=part).update(share=share)


class Migration(migrations.Migration):
    dependencies = [("applications", "0016_money")]

    operations = [migrations.RunPython(share_out, migrations.RunPython.noop)]
