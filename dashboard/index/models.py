"""The local index: what the list endpoint cannot answer, kept in the dashboard's own database.

The tables are written by one process a tenant (lease.py) and mostly by plain SQL (writing.py, reading/): the models are
their schema. Moments are whole microseconds since 1970 (moments.py). Every row carries its tenant.
"""

from django.db import models

from dashboard.index.moments import NEVER


class Stage(models.TextChoices):
    """How far the index of a tenant is."""

    EMPTY = "empty", "not begun"
    FILLING = "filling", "filling"
    FOLLOWING = "following", "following"


class TenantIndex(models.Model):
    """What is known about one tenant's index: who keeps it, how far it is, how fresh, and what went wrong last."""

    slug = models.SlugField(max_length=40, unique=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.EMPTY)

    # The lease: who may write until when (seconds by the database's clock), and the number that each holder raises.
    holder = models.CharField(max_length=100, blank=True)
    held_until = models.FloatField(default=0.0)
    fence = models.BigIntegerField(default=0)

    # Where a pass that walks the whole list has come to (JSON), so that another process goes on from there.
    position = models.TextField(blank=True)
    # The newest change that is known to be in the index, and the start of the last complete pass.
    watermark = models.BigIntegerField(default=0)
    as_of = models.BigIntegerField(default=0)
    fill_started = models.BigIntegerField(default=0)
    filled = models.BigIntegerField(default=0)
    # While filling, every encounter created after this moment is there.
    covered_from = models.BigIntegerField(default=NEVER)
    # How many encounters the tenant had when the filling began; 0 while nobody knows.
    expected = models.BigIntegerField(default=0)
    # The last time that every row was compared, by its id.
    verified = models.BigIntegerField(default=0)
    verify_wanted = models.BooleanField(default=False)
    passes = models.BigIntegerField(default=0)
    # Rows that a pass found gone, too many at once to believe it without a second look.
    waiting = models.BigIntegerField(default=0)

    rows = models.BigIntegerField(default=0)
    patients = models.BigIntegerField(default=0)
    # Raised by every commit that changed a row: what was counted under an older one may be wrong.
    version = models.BigIntegerField(default=0)

    calls = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.BigIntegerField(default=0)
    looked_at = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tenant indexes"

    def __str__(self) -> str:
        return self.slug


class IndexedPatient(models.Model):
    """A patient: who, as the newest encounter says, and counts over all encounters; ``encounters`` leaves deleted ones
    out. ``digest`` stands for the identifier where it must be unique, because an identifier can be longer than an index
    entry may be."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    digest = models.CharField(max_length=32)
    identifier = models.TextField()
    name = models.TextField(blank=True)
    sort_name = models.CharField(max_length=80, blank=True)
    gender = models.TextField(blank=True)
    birth = models.CharField(max_length=10, blank=True)
    pronouns = models.TextField(blank=True)
    # Which encounter says who the patient is: the one created last.
    told_created = models.BigIntegerField()
    told_key = models.CharField(max_length=200)

    planned = models.IntegerField(default=0)
    in_progress = models.IntegerField(default=0)
    on_hold = models.IntegerField(default=0)
    completed = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    deleted = models.IntegerField(default=0)
    other = models.IntegerField(default=0)
    encounters = models.IntegerField(default=0)
    # In progress or on hold.
    open = models.IntegerField(default=0)
    # The first and last start of an encounter that took place; NEVER and -1 where none did.
    first_seen = models.BigIntegerField(default=NEVER)
    last_seen = models.BigIntegerField(default=-1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="index_patient_once")]
        indexes = [
            models.Index(fields=["tenant", "sort_name", "digest"], name="index_patient_name"),
            models.Index(fields=["tenant", "last_seen", "digest"], name="index_patient_seen"),
            models.Index(fields=["tenant", "birth", "digest"], name="index_patient_birth"),
            models.Index(fields=["tenant", "encounters", "digest"], name="index_patient_encounters"),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class PatientWord(models.Model):
    """A word that a patient is found by (listing/names.py)."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    word = models.CharField(max_length=64)
    patient = models.ForeignKey(IndexedPatient, models.CASCADE, db_index=False, db_constraint=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "word", "patient"], name="index_patient_word_once"),
        ]
        indexes = [models.Index(fields=["patient", "word"], name="index_patient_words")]

    def __str__(self) -> str:
        return f"word of patient {self.patient_id}"


class Title(models.Model):
    """A title of encounters, kept once: a clinic uses the same ones again and again."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    digest = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="index_title_once")]

    def __str__(self) -> str:
        return f"title {self.pk}"


class TitleWord(models.Model):
    """A word that a title is found by."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    word = models.CharField(max_length=64)
    title = models.ForeignKey(Title, models.CASCADE, db_index=True, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "word", "title"], name="index_title_word_once")]

    def __str__(self) -> str:
        return f"word of title {self.title_id}"


class IndexedInteraction(models.Model):
    """One interaction as the API last showed it (rows.py turns it back). ``key`` is the API's id."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    key = models.CharField(max_length=200)
    assigned = models.CharField(max_length=200, blank=True)
    encounter = models.TextField(blank=True)
    # The encounter's identifier as it is searched for.
    encounter_word = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=64, blank=True)
    type = models.CharField(max_length=64, blank=True)
    started = models.BigIntegerField()
    ended = models.BigIntegerField()
    duration = models.BigIntegerField()
    title = models.ForeignKey(Title, models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    closed = models.BigIntegerField()
    created = models.BigIntegerField()
    updated = models.BigIntegerField()
    recorded = models.BigIntegerField()
    # The patient as this very row has it; has_patient tells a patient without anything from no patient.
    has_patient = models.BooleanField()
    patient = models.ForeignKey(IndexedPatient, models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    name = models.TextField(blank=True)
    gender = models.TextField(blank=True)
    birth = models.CharField(max_length=10, blank=True)
    pronouns = models.TextField(blank=True)
    damaged = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="index_interaction_once")]
        indexes = [
            models.Index(fields=["tenant", "created", "key"], name="index_by_created"),
            models.Index(fields=["tenant", "status", "created", "key"], name="index_by_status"),
            models.Index(fields=["tenant", "updated", "key"], name="index_by_updated"),
            models.Index(fields=["tenant", "started", "key"], name="index_by_started"),
            models.Index(fields=["tenant", "closed", "key"], name="index_by_closed"),
            models.Index(fields=["tenant", "duration", "key"], name="index_by_duration"),
            models.Index(fields=["tenant", "assigned", "created"], name="index_by_assigned"),
            models.Index(fields=["tenant", "encounter_word"], name="index_by_encounter"),
            models.Index(fields=["patient", "created"], name="index_by_patient"),
            models.Index(fields=["title"], name="index_by_title"),
        ]

    def __str__(self) -> str:
        return self.key


class Tally(models.Model):
    """How many rows lie in a bucket of an axis, by status and type (axes.py): kept, so that nothing need be counted."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    axis = models.CharField(max_length=12)
    bucket = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=64, blank=True)
    type = models.CharField(max_length=64, blank=True)
    rows = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "axis", "bucket", "status", "type"], name="index_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.axis} {self.bucket}"


class Suspect(models.Model):
    """A row that a pass did not find where it must be: gone, if the pass holds to its end."""

    tenant = models.ForeignKey(TenantIndex, models.CASCADE, db_index=False, db_constraint=False)
    key = models.CharField(max_length=200)
    first_pass = models.BigIntegerField()
    last_pass = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="index_suspect_once")]

    def __str__(self) -> str:
        return self.key
