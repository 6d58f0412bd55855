"""The twenty fact groups that were seen, with their names in three languages."""

from uuid import UUID

_NAMES = """
chief-complaint|Chief complaint|Henvendelsesårsag|Hauptbeschwerde
history-of-present-illness|History of present illness|Aktuelt|Aktuelle Anamnese
past-medical-history|Past medical history|Tidligere sygdomme|Vorerkrankungen
family-history|Family history|Familiær disposition|Familienanamnese
social-history|Social history|Socialt|Sozialanamnese
functional-status|Functional status|Funktionsniveau|Funktionsstatus
medications-prior-to-visit|Medications prior to visit|Medicin før besøget|Medikation vor dem Besuch
allergies|Allergies|Allergier|Allergien
demographics|Demographics|Demografi|Demografische Angaben
vital-signs|Vital signs|Vitale værdier|Vitalparameter
laboratory-results|Laboratory results|Laboratoriesvar|Laborwerte
imaging-results|Imaging results|Billeddiagnostik|Bildgebung
normal-physical-findings|Normal physical findings|Normale objektive fund|Unauffällige Befunde
abnormal-physical-findings|Abnormal physical findings|Abnorme objektive fund|Auffällige Befunde
denials-of-symptoms|Denials of symptoms|Benægtede symptomer|Verneinte Symptome
concerns-and-expectations|Concerns and expectations|Bekymringer og forventninger|Sorgen und Erwartungen
assessment|Assessment|Vurdering|Beurteilung
plan|Plan|Plan|Plan
actions|Actions|Handlinger|Maßnahmen
other|Other|Andet|Sonstiges
"""


def _group(number: int, line: str) -> dict[str, object]:
    key, *names = line.split("|")
    translations = [
        {"id": number * 10 + place, "languages_id": language, "name": name}
        for place, (language, name) in enumerate(zip(("en", "da", "de"), names, strict=True))
    ]
    return {"id": str(UUID(int=(0x11111111_1111_4000_8000 << 48) + number)), "key": key, "translations": translations}


FACT_GROUPS = [_group(number, line) for number, line in enumerate(_NAMES.split("\n")[1:-1], start=1)]
GROUP_IDS = {str(group["key"]): str(group["id"]) for group in FACT_GROUPS}
