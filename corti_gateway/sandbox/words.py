"""The words synthetic people and encounters are made of. Every person is invented."""

import re
from typing import NamedTuple

from corti_gateway.vocabulary import EncounterType


class Culture(NamedTuple):
    """Names that go together; ``family_first`` and ``joint`` say how a full name is put together."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    family_first: bool = False
    joint: str = " "


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


CULTURES: tuple[Culture, ...] = (
    Culture(
        _words("Astrid Freja Ida Karen-Margrethe Signe Bodil Mathilde Tove Ane_Sofie Gudrun Åse Inger"),
        _words("Søren Jørgen Lærke-Bo Mikkel Åge Rasmus Bjørn Kjeld Hans_Christian Poul Vagn Malthe"),
        _words(
            "Nørgaard Sørensen Østergård Kjær Bækgaard Skov Holm-Møller Møller Moller Krøyer Vestergaard Dybdahl Juhl"
        ),
    ),
    Culture(
        _words("Anna Beatrice Charlotte Dorothy Eleanor Florence Grace Hannah Isla Jane Katherine Lucy"),
        _words("Arthur Benjamin Charles Daniel Edward Frank George Harry Isaac Jack Kenneth Leo"),
        _words(
            "Ashworth Bellweather Cartwright Dunnock Everbright Fairweather Greenhalgh Hollowell Inkpen Thistlewood"
        ),
    ),
    Culture(
        _words("فاطمة مريم ليلى نور سعاد هدى زينب ياسمين"),
        _words("أحمد يوسف عمر خالد إبراهيم حسن سامي طارق"),
        _words("الحداد النجار البيطار الخطيب المصري القاسم الزيتوني الصباغ"),
    ),
    Culture(
        _words("Ελένη Μαρία Αικατερίνη Σοφία Δήμητρα Ιωάννα Βασιλική Θεοδώρα"),
        _words("Γεώργιος Δημήτρης Νίκος Κωνσταντίνος Θανάσης Ηλίας Σπύρος Ορέστης"),
        _words("Παπαδόπουλος Καραγιάννης Νικολάου Οικονόμου Βλάχος Μακρής Ψαράς Σταυρίδης"),
    ),
    Culture(
        _words("Agnieszka Małgorzata Łucja Żaneta Kasia Bożena Jadwiga Świętosława"),
        _words("Łukasz Grzegorz Paweł Zdzisław Krzysztof Mirosław Jędrzej Świętopełk"),
        _words("Wiśniewska Brzęczyszczykiewicz Zając Gęślicki Śliwa Żółtowski Kościelniak Dąbrowska"),
    ),
    Culture(
        _words("Nguyệt Thị_Hương Thuỳ_Linh Bích_Ngọc Thị_Mai Kim_Ánh"),
        _words("Văn_Đức Minh_Quân Hữu_Phước Quốc_Bảo Đình_Trọng Thành_Đạt"),
        _words("Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ"),
        family_first=True,
    ),
    Culture(
        _words("Aoife Siobhán Niamh Caoimhe Gráinne Róisín Sadhbh Bláthnaid"),
        _words("Oisín Cillian Pádraig Seán Tadhg Fionnán Diarmuid Eoghan"),
        _words("O'Sullivan Ó_Briain O’Connor Ní_Dhomhnaill Mac_Giolla_Phádraig D'Arcy McGrath O'Flaherty"),
    ),
    Culture(
        _words("芳 秀英 娜 静 丽娟 小燕 雨桐 子涵"),
        _words("伟 强 建国 志明 浩然 宇航 文博 家豪"),
        _words("王 李 张 刘 陈 欧阳 司马 黄 周 诸葛"),
        family_first=True,
        joint="",
    ),
    Culture(
        _words("さくら 陽子 美咲 恵子 結衣 久美子 花子"),
        _words("健太 太郎 翔 大輔 蓮 一郎 海斗"),
        _words("佐藤 鈴木 高橋 田中 渡辺 小鳥遊 勅使河原 山本"),
        family_first=True,
    ),
    Culture(
        _words("प्रिया अनीता सुनीता लक्ष्मी काव्या मीरा दीपिका राधा"),
        _words("राजेश अमित सुरेश विजय अर्जुन रोहित मोहन करण"),
        _words("शर्मा वर्मा गुप्ता मिश्रा जोशी अय्यर चौधरी त्रिपाठी"),
    ),
    Culture(
        _words("Ayşe Gülşen Çiğdem Özlem İpek Şule Zeynep Nurgül"),
        _words("Çağrı Ömer Şükrü İbrahim Uğur Oğuzhan Gökhan Barış"),
        _words("Yıldırım Öztürk Çelik Şahin Güneş Aydın Kılıç Ağaoğlu"),
    ),
    Culture(
        _words("María_José Begoña Inés Lucía Nuria Ángela Concepción Itziar"),
        _words("José_Ángel Íñigo Raúl Andrés Jesús Martín Óscar Joaquín"),
        _words("Muñoz_de_la_Peña Ibáñez García_Lorca Núñez Etxeberria Peñalosa Domínguez Zubizarreta"),
    ),
    Culture(
        _words("Олена Светлана Оксана Надія Катерина Ярослава Людмила Анастасия"),
        _words("Андрій Володимир Сергей Михайло Євген Юрий Тарас Дмитро"),
        _words("Шевченко Коваленко Їжакевич Щербак Мороз Петренко Соловей Гриценко"),
    ),
    Culture(
        _words("רחל שרה מרים נועה תמר יעל אסתר"),
        _words("דוד משה יוסף אברהם יונתן עידו גדעון"),
        _words("כהן לוי מזרחי פרץ ביטון אברהמי"),
    ),
    Culture(
        _words("Guðrún Sigríður Þórdís Ásta Hrafnhildur Jóhanna"),
        _words("Þórarinn Guðmundur Ægir Sigurður Eyjólfur Björgvin"),
        _words("Þorsteinsdóttir Ásgeirsson Eyjólfsdóttir Guðmundsson Hrólfsson Ægisdóttir"),
    ),
    Culture(
        _words("Adaeze Chioma Ngozi Wanjiru Achieng Thandiwe Makena Folasade"),
        _words("Chukwuemeka Babátúndé Kamau Otieno Sipho Oluwaseun Kwame Tendai"),
        _words("Okonkwo Adéwálé Mwangi Nkosi Ochieng' N'Diaye Mensah Ẹ̀bùn"),
    ),
)

# How often a culture comes up: two large groups, the rest as in a big city's waiting room.
CULTURE_WEIGHTS = (30, 22, 6, 3, 6, 4, 4, 4, 2, 4, 5, 5, 4, 2, 1, 4)

PRONOUNS = ("she/her", "he/him", "they/them", "hun/hende", "han/ham", "de/dem", "she/they", "ze/zir")

# Behind a title: how old a patient may be for it, and of which gender where only one has it. Adults if nothing is said.
_CONSULTATION = """
Knee pain, follow-up|Blood pressure check [30-]|Medication review [50-]|Type 2 diabetes, three-month check [30-]|
Asthma control [4-80]|Migraine, new treatment [16-65]|Lower back pain [18-66]|Thyroid results|Sleep problems [18-66]|
Contraception advice [16-49 female]|Sore throat, five days [3-60]|Iron deficiency, second infusion [16-50 female]|
Return to work after burnout [22-66]|Eczema on both hands [0-]|Dizziness when standing up [45-]|
Travel vaccination, Tanzania [2-80]|Ear wax removal [3-]|Reflux after meals [18-66]|Shoulder stiffness [35-75]|
Menopause symptoms [44-60 female]|Acne, skin check [12-35]|Cholesterol: talk about results [30-85]|
COPD, winter check [45-]|Anxiety, talk number 4|Gout flare, left big toe [30-]|Removal of stitches
"""
_FIRST = """
Knee pain, first visit [23-80]|New patient: headaches since spring [18-66]|Referral: palpitations [14-75]|
Memory concerns [60-]|Chronic cough, eight weeks [0-60]|First antenatal visit [18-46 female]|
Weight loss without cause [50-]|Numbness in the right hand [25-70]|Lump in the breast, urgent [28-60 female]|
Fertility, first talk [22-42 female]|Hearing loss, left ear [45-]|Tremor [50-75]|
Snoring and daytime tiredness [30-66]|Irregular mole on the back [25-]|Joint pain and morning stiffness [25-]|
First visit after stroke [45-]|Child, 4 years: not gaining weight [4-4]|Vertigo [18-66]|Pelvic pain [18-48 female]|
Recurring nosebleeds [3-40]|Suspected coeliac disease [2-60]|Unsteady gait [50-]|ADHD assessment, adult [28-60]
"""
_EMERGENCY = """
Chest pain [40-]|Fall from a ladder [25-80]|Shortness of breath [50-]|Allergic reaction, wasp sting [3-70]|
Abdominal pain, right lower side [17-40]|Cut on the hand, kitchen knife [18-66]|Bicycle accident, helmet worn [14-70]|
Fever, 8 months old [0-0]|Suspected stroke [45-]|Burn on the forearm [1-40]|Kidney stone, severe pain [25-66]|
Fainting at work [18-66]|Broken wrist [5-]|Swallowed coin [1-7]|Asthma attack [4-60]|Head injury, football [6-35]|
Severe nosebleed on blood thinners [60-]|Seizure, first [18-60]|Palpitations & dizziness [40-]|
Back pain after lifting [20-62]|Dog bite [3-80]|Low blood sugar [30-]|Red, painful eye [18-50]|
Hip pain after a fall [70-]
"""
_INPATIENT = """
Ward round, day 2 after hip replacement [55-]|Admission: pneumonia [0-50]|Discharge talk [55-]|
Heart failure, adjust diuretics [55-]|Ward round, cardiology [48-66]|Pre-operative assessment [18-]|
After appendectomy, day 1 [4-60]|Hyperglycaemia, insulin start [18-70]|COPD exacerbation, day 3 [50-]|
Pain management [18-]|Delirium assessment [70-]|Stroke unit, morning round [50-]|Family meeting: care at home [75-]|
Wound infection [30-]|Transfer from intensive care [18-]|Hip fracture, physiotherapist's assessment [65-]|
Sepsis, antibiotics day 4 [45-]|Birth: caesarean section, day 2 [18-45 female]|Nutrition plan [30-]|
Atrial fibrillation, new [60-]|Dialysis start [40-66]|Palliative care, first talk [50-]|Cellulitis of the leg [35-66]|
Blood transfusion [65-]
"""
_OUTPATIENT = """
Cataract surgery, check after 1 week [55-]|Oncology: cycle 3 of 6 [35-]|Rheumatology follow-up [22-66]|
Ultrasound of the abdomen [22-]|Colonoscopy results [50-75]|Cast removal [5-30]|Physiotherapy, session 5/12 [25-66]|
Skin biopsy [50-]|Pacemaker check [60-]|Insulin pump training [15-60]|Pregnancy, week 28 [20-45 female]|
Dermatology: UV treatment [25-66]|ECG & blood tests|Eye pressure check [50-]|Pain clinic [25-66]|Hand therapy [18-80]|
MR scan, discuss findings [25-66]|Nurse visit: wound dressing [0-]|Hearing aid fitting [60-]|
Bladder function test [35-75 female]|Lung function test [40-]|Endometriosis, plan for surgery [20-42 female]|
Allergy test (pollen, nuts) [5-45]|Stoma nurse, first check [25-]
"""


_LIMIT = re.compile(r" \[(\d+)-(\d*) ?(\w*)\]$")
_EVER = 200


class Limits(NamedTuple):
    """Whom a title fits, by age in years and by gender."""

    youngest: int = 16
    oldest: int = _EVER
    gender: str = ""


LIMITS: dict[str, Limits] = {}


def _titles(text: str) -> tuple[str, ...]:
    return tuple(_limited(title) for title in text.strip().replace("\n", "").split("|"))


def _limited(title: str) -> str:
    found = _LIMIT.search(title)
    if not found:
        return title
    youngest, oldest, gender = found.groups()
    name = title[: found.start()]
    LIMITS[name] = Limits(int(youngest), int(oldest or _EVER), gender)
    return name


TITLES: dict[str, tuple[str, ...]] = {
    EncounterType.FIRST_CONSULTATION: _titles(_FIRST),
    EncounterType.CONSULTATION: _titles(_CONSULTATION),
    EncounterType.EMERGENCY: _titles(_EMERGENCY),
    EncounterType.INPATIENT: _titles(_INPATIENT),
    EncounterType.OUTPATIENT: _titles(_OUTPATIENT),
}
