"""The tables of the access log. They are only ever added to: the database itself refuses all else (triggers.py)."""

from django.db import models


class Entry(models.Model):
    """One answer, refusal or event. ``number`` counts the entries of a tenant without a gap, and ``hash`` is taken over
    everything in the entry and the hash of the one before (chain.py). ``tenant`` is empty for what belongs to none."""

    tenant = models.CharField(max_length=40, blank=True)
    number = models.BigIntegerField()
    # Microseconds since 1970, UTC.
    at = models.BigIntegerField()
    user = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150, blank=True)
    roles = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=40)
    # Create, read, update, delete, execute: as FHIR and NEN 7513 have them.
    action = models.CharField(max_length=1)
    route = models.CharField(max_length=80, blank=True)
    status = models.IntegerField()
    outcome = models.CharField(max_length=20)
    filters = models.TextField(blank=True)
    # JSON lists; the patients stand in Subject too, where they are looked for.
    interactions = models.TextField(blank=True)
    patients = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    session = models.CharField(max_length=16, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="audit_entry_once")]
        indexes = [
            models.Index(fields=["tenant", "at"], name="audit_by_time"),
            models.Index(fields=["tenant", "username", "at"], name="audit_by_user"),
            models.Index(fields=["tenant", "kind", "at"], name="audit_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} {self.number}"


class Subject(models.Model):
    """A patient shown in an entry; ``digest`` stands for an identifier that may be longer than an index entry."""

    tenant = models.CharField(max_length=40)
    digest = models.CharField(max_length=32)
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "digest", "number"], name="audit_subject_once")]

    def __str__(self) -> str:
        return f"{self.tenant} {self.number}"


class Head(models.Model):
    """Where a tenant's chain begins and ends, signed with the dashboard's key. Entries before ``first`` were purged
    when their time was over; ``before`` is the hash of the last of them."""

    tenant = models.CharField(max_length=40, primary_key=True)
    first = models.BigIntegerField(default=1)
    before = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.tenant} {self.number}"
