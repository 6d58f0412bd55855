"""The words synthetic people and encounters are made of. Every person is invented."""

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

_CONSULTATION = """
Knee pain, follow-up|Blood pressure check|Medication review|Type 2 diabetes, three-month check|Asthma control|
Migraine, new treatment|Lower back pain|Thyroid results|Sleep problems|Contraception advice|Sore throat, five days|
Iron deficiency, second infusion|Return to work after burnout|Eczema on both hands|Dizziness when standing up|
Travel vaccination, Tanzania|Ear wax removal|Reflux after meals|Shoulder stiffness|Menopause symptoms|Acne, skin check|
Cholesterol: talk about results|COPD, winter check|Anxiety, talk number 4|Gout flare, left big toe|Removal of stitches
"""
_FIRST = """
Knee pain, first visit|New patient: headaches since spring|Referral: palpitations|Memory concerns|
Chronic cough, eight weeks|First antenatal visit|Weight loss without cause|Numbness in the right hand|
Lump in the breast, urgent|Fertility, first talk|Hearing loss, left ear|Tremor|Snoring and daytime tiredness|
Irregular mole on the back|Joint pain and morning stiffness|First visit after stroke|Child, 4 years: not gaining weight|
Vertigo|Pelvic pain|Recurring nosebleeds|Suspected coeliac disease|Unsteady gait|ADHD assessment, adult
"""
_EMERGENCY = """
Chest pain|Fall from a ladder|Shortness of breath|Allergic reaction, wasp sting|Abdominal pain, right lower side|
Cut on the hand, kitchen knife|Bicycle accident, helmet worn|Fever, 8 months old|Suspected stroke|Burn on the forearm|
Kidney stone, severe pain|Fainting at work|Broken wrist|Swallowed coin|Asthma attack|Head injury, football|
Severe nosebleed on blood thinners|Seizure, first|Palpitations & dizziness|Back pain after lifting|Dog bite|
Low blood sugar|Red, painful eye|Hip pain after a fall
"""
_INPATIENT = """
Ward round, day 2 after hip replacement|Admission: pneumonia|Discharge talk|Heart failure, adjust diuretics|
Ward round, cardiology|Pre-operative assessment|After appendectomy, day 1|Hyperglycaemia, insulin start|
COPD exacerbation, day 3|Pain management|Delirium assessment|Stroke unit, morning round|Family meeting: care at home|
Wound infection|Transfer from intensive care|Hip fracture, physiotherapist's assessment|Sepsis, antibiotics day 4|
Birth: caesarean section, day 2|Nutrition plan|Atrial fibrillation, new|Dialysis start|Palliative care, first talk|
Cellulitis of the leg|Blood transfusion
"""
_OUTPATIENT = """
Cataract surgery, check after 1 week|Oncology: cycle 3 of 6|Rheumatology follow-up|Ultrasound of the abdomen|
Colonoscopy results|Cast removal|Physiotherapy, session 5/12|Skin biopsy|Pacemaker check|Insulin pump training|
Pregnancy, week 28|Dermatology: UV treatment|ECG & blood tests|Eye pressure check|Pain clinic|Hand therapy|
MR scan, discuss findings|Nurse visit: wound dressing|Hearing aid fitting|Bladder function test|Lung function test|
Endometriosis, plan for surgery|Allergy test (pollen, nuts)|Stoma nurse, first check
"""


def _titles(text: str) -> tuple[str, ...]:
    return tuple(title.strip() for title in text.replace("\n", "").split("|"))


TITLES: dict[str, tuple[str, ...]] = {
    EncounterType.FIRST_CONSULTATION: _titles(_FIRST),
    EncounterType.CONSULTATION: _titles(_CONSULTATION),
    EncounterType.EMERGENCY: _titles(_EMERGENCY),
    EncounterType.INPATIENT: _titles(_INPATIENT),
    EncounterType.OUTPATIENT: _titles(_OUTPATIENT),
}
