"""What is wrong and what to do about it, in the three languages. `{field}` is the field's own name."""

from __future__ import annotations

from services.portal.core.imports.faults import Fault

Said = tuple[str, str]
"""What is wrong, and what to do."""

FIELDS: dict[str, tuple[str, str, str]] = {
    "order_number": ("order number", "αριθμός παραγγελίας", "номер заказа"),
    "name": ("name", "όνομα", "имя"),
    "first_name": ("first name", "μικρό όνομα", "имя"),
    "last_name": ("surname", "επώνυμο", "фамилия"),
    "phone": ("telephone", "τηλέφωνο", "телефон"),
    "email": ("e-mail", "e-mail", "эл. почта"),
    "line": ("address", "διεύθυνση", "адрес"),
    "street": ("street", "οδός", "улица"),
    "house": ("house number", "αριθμός οδού", "дом"),
    "postcode": ("postcode", "Τ.Κ.", "индекс"),
    "city": ("city", "πόλη", "город"),
    "lon": ("longitude", "γεωγραφικό μήκος", "долгота"),
    "lat": ("latitude", "γεωγραφικό πλάτος", "широта"),
    "floor": ("floor", "όροφος", "этаж"),
    "bell": ("bell", "κουδούνι", "домофон"),
    "note": ("note", "σημείωση", "примечание"),
    "parcels": ("parcels", "δέματα", "мест"),
    "handover": ("kind of place", "είδος σημείου", "вид места"),
    "cash": ("cash on delivery", "αντικαταβολή", "наложенный платёж"),
    "currency": ("currency", "νόμισμα", "валюта"),
    "window": ("time window", "ώρα", "время"),
    "window_from": ("from", "από", "с"),
    "window_to": ("until", "έως", "до"),
    "date": ("date", "ημερομηνία", "дата"),
    "language": ("language", "γλώσσα", "язык"),
}
LANGUAGES = ("en", "el", "ru")

FAULTS: dict[str, tuple[Said, Said, Said]] = {
    # the file
    "file_large": (
        ("The file is larger than {limit} MB.", "Split the day into several files."),
        ("Το αρχείο είναι μεγαλύτερο από {limit} MB.", "Χωρίστε την ημέρα σε περισσότερα αρχεία."),
        ("Файл больше {limit} МБ.", "Разделите день на несколько файлов."),
    ),
    "file_not_csv": (
        ("This is not a CSV file.", "In the spreadsheet choose Save as, CSV UTF-8, and send that file."),
        (
            "Αυτό δεν είναι αρχείο CSV.",
            "Στο υπολογιστικό φύλλο επιλέξτε Αποθήκευση ως, CSV UTF-8, και στείλτε εκείνο.",
        ),
        ("Это не файл CSV.", "В таблице выберите «Сохранить как», CSV UTF-8, и отправьте тот файл."),
    ),
    "file_encoding": (
        ("The file's letters can't be read.", "Save it again as CSV UTF-8."),
        ("Τα γράμματα του αρχείου δεν διαβάζονται.", "Αποθηκεύστε το ξανά ως CSV UTF-8."),
        ("Буквы в файле не читаются.", "Сохраните его снова как CSV UTF-8."),
    ),
    "file_empty": (
        ("There are no orders in the file.", "Put one order on each row below the headings."),
        ("Το αρχείο δεν έχει παραγγελίες.", "Βάλτε μία παραγγελία σε κάθε γραμμή κάτω από τις επικεφαλίδες."),
        ("В файле нет заказов.", "Под заголовками должна стоять одна строка на заказ."),
    ),
    "file_rows": (
        ("There are more than {limit} rows.", "Split the file."),
        ("Υπάρχουν περισσότερες από {limit} γραμμές.", "Χωρίστε το αρχείο."),
        ("Больше {limit} строк.", "Разделите файл."),
    ),
    "file_columns": (
        ("Row {row} has more than {limit} columns.", "Delete the columns that are not needed."),
        ("Η γραμμή {row} έχει περισσότερες από {limit} στήλες.", "Διαγράψτε τις στήλες που δεν χρειάζονται."),
        ("В строке {row} больше {limit} столбцов.", "Удалите лишние столбцы."),
    ),
    "file_cell": (
        (
            "A cell in row {row} is longer than {limit} letters.",
            "Look for a quotation mark that is not closed.",
        ),
        ("Ένα κελί στη γραμμή {row} ξεπερνά τα {limit} γράμματα.", "Ψάξτε για εισαγωγικά που δεν κλείνουν."),
        ("Ячейка в строке {row} длиннее {limit} знаков.", "Поищите незакрытую кавычку."),
    ),
    "columns_missing": (
        ("A column was not found: {meanings}.", "Name it in the first row, as in the template."),
        ("Δεν βρέθηκε στήλη: {meanings}.", "Ονομάστε την στην πρώτη γραμμή, όπως στο υπόδειγμα."),
        ("Не найден столбец: {meanings}.", "Назовите его в первой строке, как в шаблоне."),
    ),
    "column_twice": (
        ("“{first}” and “{second}” both mean {field}.", "Rename or delete one of the two columns."),
        ("«{first}» και «{second}» σημαίνουν και τα δύο: {field}.", "Μετονομάστε ή διαγράψτε τη μία στήλη."),
        ("«{first}» и «{second}» означают одно: {field}.", "Переименуйте или удалите один из столбцов."),
    ),
    # a row
    "cells_extra": (
        (
            "The row has more cells than there are columns.",
            "Put text that holds the separator into quotation marks.",
        ),
        (
            "Η γραμμή έχει περισσότερα κελιά από στήλες.",
            "Βάλτε σε εισαγωγικά το κείμενο που περιέχει το διαχωριστικό.",
        ),
        ("В строке больше ячеек, чем столбцов.", "Текст с разделителем возьмите в кавычки."),
    ),
    "characters": (
        ("{field}: there are letters that can't be read.", "Type it again, and save as CSV UTF-8."),
        (
            "{field}: υπάρχουν γράμματα που δεν διαβάζονται.",
            "Πληκτρολογήστε το ξανά και αποθηκεύστε ως CSV UTF-8.",
        ),
        ("{field}: есть нечитаемые знаки.", "Наберите заново и сохраните как CSV UTF-8."),
    ),
    "too_long": (
        (
            "{field}: longer than {limit} letters.",
            "Shorten it; what the courier should know goes into the note.",
        ),
        (
            "{field}: πάνω από {limit} γράμματα.",
            "Συντομέψτε το· ό,τι πρέπει να ξέρει ο διανομέας μπαίνει στη σημείωση.",
        ),
        ("{field}: длиннее {limit} знаков.", "Сократите; важное для курьера напишите в примечании."),
    ),
    "order_missing": (
        ("There is no order number.", "Give the row the shop's order number."),
        ("Λείπει ο αριθμός παραγγελίας.", "Γράψτε τον αριθμό παραγγελίας του καταστήματος."),
        ("Нет номера заказа.", "Впишите номер заказа магазина."),
    ),
    "order_twice": (
        ("The same order number stands in row {row}.", "Delete one of the rows, or mend the number."),
        ("Ο ίδιος αριθμός υπάρχει στη γραμμή {row}.", "Διαγράψτε τη μία γραμμή ή διορθώστε τον αριθμό."),
        ("Тот же номер заказа в строке {row}.", "Удалите одну из строк или исправьте номер."),
    ),
    "order_exists": (
        (
            "An order of this number is there already.",
            "Delete the row if it was imported before; else mend the number.",
        ),
        (
            "Υπάρχει ήδη παραγγελία με αυτόν τον αριθμό.",
            "Διαγράψτε τη γραμμή αν εισήχθη πριν· αλλιώς διορθώστε τον αριθμό.",
        ),
        ("Заказ с этим номером уже есть.", "Если он загружен раньше, удалите строку; иначе исправьте номер."),
    ),
    "name_missing": (
        ("There is no name.", "Write who gets the parcel."),
        ("Λείπει το όνομα.", "Γράψτε ποιος παραλαμβάνει."),
        ("Нет имени.", "Напишите, кто получает посылку."),
    ),
    "name_no_letters": (
        ("The name has no letters in it.", "Write who gets the parcel; perhaps two columns are exchanged."),
        ("Το όνομα δεν έχει γράμματα.", "Γράψτε ποιος παραλαμβάνει· ίσως έχουν αντιμετατεθεί δύο στήλες."),
        ("В имени нет букв.", "Напишите, кто получает; возможно, перепутаны столбцы."),
    ),
    "phone_invalid": (
        (
            "This is no telephone number of {region}.",
            "Mend the number; write one of abroad with + and its country code.",
        ),
        (
            "Δεν είναι αριθμός τηλεφώνου ({region}).",
            "Διορθώστε τον· για το εξωτερικό γράψτε + και κωδικό χώρας.",
        ),
        ("Это не номер телефона ({region}).", "Исправьте номер; зарубежный пишите с + и кодом страны."),
    ),
    "phone_no_country": (
        ("The number does not say of which country it is.", "Write it with + and the country's code."),
        ("Δεν φαίνεται από ποια χώρα είναι ο αριθμός.", "Γράψτε τον με + και τον κωδικό χώρας."),
        ("Не видно, из какой страны номер.", "Напишите его с + и кодом страны."),
    ),
    "phone_scientific": (
        (
            "The spreadsheet has shortened the number (such as 3.0691E+11).",
            "Format the column as text and type the number again.",
        ),
        (
            "Το φύλλο συντόμεψε τον αριθμό (π.χ. 3,0691E+11).",
            "Κάντε τη στήλη κείμενο και γράψτε ξανά τον αριθμό.",
        ),
        (
            "Таблица сократила номер (вроде 3,0691E+11).",
            "Задайте столбцу формат «текст» и введите номер заново.",
        ),
    ),
    "email_invalid": (
        ("This is no e-mail address.", "Mend it, or leave the cell empty."),
        ("Δεν είναι διεύθυνση e-mail.", "Διορθώστε την ή αφήστε το κελί κενό."),
        ("Это не адрес эл. почты.", "Исправьте или оставьте ячейку пустой."),
    ),
    "address_missing": (
        ("There is no address.", "Write street and house number."),
        ("Λείπει η διεύθυνση.", "Γράψτε οδό και αριθμό."),
        ("Нет адреса.", "Напишите улицу и дом."),
    ),
    "address_not_found": (
        ("The map does not know this address.", "Mend the street or the city, or give lon and lat."),
        ("Ο χάρτης δεν γνωρίζει αυτή τη διεύθυνση.", "Διορθώστε την οδό ή την πόλη, ή δώστε lon και lat."),
        ("Карта не знает этого адреса.", "Исправьте улицу или город либо укажите lon и lat."),
    ),
    "house_missing": (
        ("The address has no house number.", "Write the number behind the street."),
        ("Η διεύθυνση δεν έχει αριθμό.", "Γράψτε τον αριθμό μετά την οδό."),
        ("В адресе нет номера дома.", "Напишите номер после улицы."),
    ),
    "address_unsure": (
        ("Found {found}, which is not quite what is written.", "Confirm it, or mend the address."),
        (
            "Βρέθηκε {found}, που δεν είναι ακριβώς ό,τι γράφτηκε.",
            "Επιβεβαιώστε το ή διορθώστε τη διεύθυνση.",
        ),
        ("Найдено: {found}, это не совсем то, что написано.", "Подтвердите или исправьте адрес."),
    ),
    "house_unsure": (
        (
            "The map has no such house number there; the nearest is {found}.",
            "Confirm that place, or mend the number.",
        ),
        (
            "Ο χάρτης δεν έχει αυτόν τον αριθμό· ο πλησιέστερος είναι {found}.",
            "Επιβεβαιώστε το σημείο ή διορθώστε τον αριθμό.",
        ),
        ("Такого дома на карте нет; ближайший: {found}.", "Подтвердите место или исправьте номер."),
    ),
    "street_only": (
        (
            "The map knows the street, {found}, but not the house.",
            "Confirm the middle of the street, or mend the number.",
        ),
        (
            "Ο χάρτης γνωρίζει την οδό {found}, όχι τον αριθμό.",
            "Επιβεβαιώστε τη μέση της οδού ή διορθώστε τον αριθμό.",
        ),
        ("Карта знает улицу {found}, но не дом.", "Подтвердите середину улицы или исправьте номер."),
    ),
    "address_several": (
        ("This may be several places; {found} is the likeliest.", "Confirm it, or add the postcode."),
        ("Μπορεί να είναι περισσότερα μέρη· πιθανότερο: {found}.", "Επιβεβαιώστε το ή προσθέστε τον Τ.Κ."),
        ("Это может быть несколько мест; вероятнее всего {found}.", "Подтвердите или добавьте индекс."),
    ),
    "postcode_other": (
        ("{found} has the postcode {known}.", "Confirm the place, or mend the postcode or the street."),
        ("Η διεύθυνση {found} έχει Τ.Κ. {known}.", "Επιβεβαιώστε το μέρος ή διορθώστε τον Τ.Κ. ή την οδό."),
        ("У адреса {found} индекс {known}.", "Подтвердите место или исправьте индекс либо улицу."),
    ),
    "city_missing": (
        ("There is no city.", "Write the city."),
        ("Λείπει η πόλη.", "Γράψτε την πόλη."),
        ("Нет города.", "Напишите город."),
    ),
    "coordinates_invalid": (
        (
            "Longitude and latitude are not a place on the Earth.",
            "Write both in degrees, such as 24.9441 and 60.1689.",
        ),
        (
            "Το μήκος και το πλάτος δεν είναι σημείο της Γης.",
            "Γράψτε και τα δύο σε μοίρες, π.χ. 23.7275 και 37.9838.",
        ),
        ("Долгота и широта не дают места на Земле.", "Напишите обе в градусах, например 37.6173 и 55.7558."),
    ),
    "unreachable": (
        (
            "No street leads to this place.",
            "Look at the address on the map; mend it, or give lon and lat of the door.",
        ),
        (
            "Κανένας δρόμος δεν οδηγεί εκεί.",
            "Δείτε τη διεύθυνση στον χάρτη· διορθώστε την ή δώστε lon και lat της πόρτας.",
        ),
        (
            "К этому месту не ведёт ни одна улица.",
            "Проверьте адрес на карте; исправьте или укажите lon и lat двери.",
        ),
    ),
    "geocoder_away": (
        ("The address could not be looked up just now.", "Send the file again in a few minutes."),
        ("Η διεύθυνση δεν μπόρεσε να αναζητηθεί τώρα.", "Στείλτε ξανά το αρχείο σε λίγα λεπτά."),
        ("Адрес сейчас не удалось найти.", "Отправьте файл снова через несколько минут."),
    ),
    "no_geocoder": (
        ("Addresses can't be looked up here.", "Give lon and lat, or have a geocoder set up."),
        ("Εδώ δεν γίνεται αναζήτηση διευθύνσεων.", "Δώστε lon και lat ή ζητήστε να στηθεί geocoder."),
        ("Поиск адресов здесь не настроен.", "Укажите lon и lat или попросите настроить геокодер."),
    ),
    "parcels_invalid": (
        ("This is no number of parcels.", "Write a whole number from 1 to 999."),
        ("Δεν είναι αριθμός δεμάτων.", "Γράψτε ακέραιο από 1 έως 999."),
        ("Это не число мест.", "Напишите целое число от 1 до 999."),
    ),
    "handover_unknown": (
        ("This is no kind of place.", "Write door, locker or counter, or leave the cell empty."),
        ("Δεν είναι είδος σημείου.", "Γράψτε πόρτα, θυρίδα ή γκισέ, ή αφήστε το κενό."),
        ("Это не вид места.", "Напишите дверь, постамат или ПВЗ либо оставьте пусто."),
    ),
    "cash_invalid": (
        ("This is no amount.", "Write it such as 24.90, or 24.90 EUR."),
        ("Δεν είναι ποσό.", "Γράψτε το όπως 24,90 ή 24,90 EUR."),
        ("Это не сумма.", "Напишите, например, 24,90 или 24,90 EUR."),
    ),
    "cash_negative": (
        ("The amount is less than nothing.", "Write what the recipient pays, or leave the cell empty."),
        ("Το ποσό είναι αρνητικό.", "Γράψτε τι πληρώνει ο παραλήπτης ή αφήστε το κενό."),
        ("Сумма отрицательна.", "Напишите, сколько платит получатель, или оставьте пусто."),
    ),
    "cash_two_ways": (
        ("This may be {one} or {other}.", "Write two decimals, such as {one}.00."),
        ("Μπορεί να είναι {one} ή {other}.", "Γράψτε δύο δεκαδικά, π.χ. {one},00."),
        ("Это может быть {one} или {other}.", "Напишите два знака после запятой, например {one},00."),
    ),
    "currency_unknown": (
        ("“{given}” is no currency.", "Write its code of three letters, such as EUR."),
        ("«{given}» δεν είναι νόμισμα.", "Γράψτε τον κωδικό τριών γραμμάτων, π.χ. EUR."),
        ("«{given}» не валюта.", "Напишите код из трёх букв, например EUR."),
    ),
    "currency_missing": (
        ("The amount does not say its currency.", "Write its code behind it, such as 24.90 EUR."),
        ("Το ποσό δεν έχει νόμισμα.", "Γράψτε τον κωδικό μετά, π.χ. 24,90 EUR."),
        ("У суммы нет валюты.", "Напишите код после неё, например 24,90 EUR."),
    ),
    "window_invalid": (
        ("This is no time window.", "Write it such as 10:00-12:00."),
        ("Δεν είναι χρονικό παράθυρο.", "Γράψτε το όπως 10:00-12:00."),
        ("Это не интервал времени.", "Напишите, например, 10:00-12:00."),
    ),
    "window_half": (
        ("Only one end of the window is there.", "Fill both cells, or neither."),
        ("Υπάρχει μόνο το ένα άκρο του παραθύρου.", "Συμπληρώστε και τα δύο κελιά ή κανένα."),
        ("Указан только один конец интервала.", "Заполните обе ячейки или ни одной."),
    ),
    "window_turned_date": (
        (
            "The spreadsheet has made a date of the window.",
            "Format the column as text and write it such as 10:00-12:00.",
        ),
        ("Το φύλλο έκανε το παράθυρο ημερομηνία.", "Κάντε τη στήλη κείμενο και γράψτε το όπως 10:00-12:00."),
        (
            "Таблица превратила интервал в дату.",
            "Задайте столбцу формат «текст» и напишите, например, 10:00-12:00.",
        ),
    ),
    "window_backwards": (
        ("The window ends before it begins.", "Exchange the two times, or mend one."),
        ("Το παράθυρο τελειώνει πριν αρχίσει.", "Αντιστρέψτε τις ώρες ή διορθώστε τη μία."),
        ("Интервал кончается раньше, чем начинается.", "Поменяйте времена местами или исправьте."),
    ),
    "window_long": (
        ("The window is longer than a day.", "Write the hours of one day."),
        ("Το παράθυρο ξεπερνά τη μία ημέρα.", "Γράψτε τις ώρες μίας ημέρας."),
        ("Интервал длиннее суток.", "Напишите часы одного дня."),
    ),
    "window_past": (
        ("The window is over.", "Write a later one, or a date."),
        ("Το παράθυρο έχει περάσει.", "Γράψτε αργότερη ώρα ή ημερομηνία."),
        ("Интервал уже прошёл.", "Укажите более поздний или дату."),
    ),
    "date_invalid": (
        ("This is no date.", "Write it such as 2026-11-20 or 20.11.2026."),
        ("Δεν είναι ημερομηνία.", "Γράψτε την όπως 20/11/2026."),
        ("Это не дата.", "Напишите, например, 20.11.2026."),
    ),
    "date_past": (
        ("The date is over.", "Write today's or a later one."),
        ("Η ημερομηνία έχει περάσει.", "Γράψτε τη σημερινή ή μεταγενέστερη."),
        ("Дата уже прошла.", "Напишите сегодняшнюю или более позднюю."),
    ),
    "date_far": (
        ("The date is more than {days} days away.", "Mend it."),
        ("Η ημερομηνία απέχει πάνω από {days} ημέρες.", "Διορθώστε την."),
        ("До даты больше {days} дней.", "Исправьте её."),
    ),
    "language_unknown": (
        ("This language is not spoken here.", "Write el, ru or en, or leave the cell empty."),
        ("Αυτή η γλώσσα δεν υποστηρίζεται.", "Γράψτε el, ru ή en, ή αφήστε το κενό."),
        ("Этот язык не поддерживается.", "Напишите el, ru или en либо оставьте пусто."),
    ),
    # what becomes of it
    "refused": (
        ("The order was refused: {reason}.", "Mend the row and import it in a file of its own."),
        ("Η παραγγελία απορρίφθηκε: {reason}.", "Διορθώστε τη γραμμή και εισαγάγετέ την σε δικό της αρχείο."),
        ("Заказ отклонён: {reason}.", "Исправьте строку и загрузите отдельным файлом."),
    ),
    "some_refused": (
        (
            "{count} orders were refused, so no route was planned.",
            "Look at the rows; apply again to plan the others.",
        ),
        (
            "{count} παραγγελίες απορρίφθηκαν και δεν σχεδιάστηκε διαδρομή.",
            "Δείτε τις γραμμές· εφαρμόστε ξανά για τις υπόλοιπες.",
        ),
        (
            "Отклонено заказов: {count}; маршруты не составлены.",
            "Посмотрите строки; примените снова для остальных.",
        ),
    ),
    "route_refused": (
        (
            "The plan of {courier} was refused: {reason}.",
            "Apply again; what is registered is not registered twice.",
        ),
        (
            "Το πλάνο του {courier} απορρίφθηκε: {reason}.",
            "Εφαρμόστε ξανά· τίποτα δεν καταχωρείται δύο φορές.",
        ),
        ("План курьера {courier} отклонён: {reason}.", "Примените снова; ничего не регистрируется дважды."),
    ),
    "too_few_couriers": (
        (
            "{stops} stops are too many for {couriers} couriers.",
            "Choose more couriers: {limit} stops each at most.",
        ),
        (
            "{stops} στάσεις είναι πολλές για {couriers} διανομείς.",
            "Επιλέξτε περισσότερους: έως {limit} στάσεις ο καθένας.",
        ),
        (
            "{stops} остановок слишком много для {couriers} курьеров.",
            "Выберите больше: не более {limit} на каждого.",
        ),
    ),
    "merchant_gone": (
        ("The shop is not there any more.", "Choose another shop and send the file again."),
        ("Το κατάστημα δεν υπάρχει πια.", "Επιλέξτε άλλο κατάστημα και στείλτε ξανά το αρχείο."),
        ("Магазина больше нет.", "Выберите другой и отправьте файл снова."),
    ),
    "internal": (
        ("Something went wrong on our side.", "Apply or send it again; nothing is done twice."),
        ("Κάτι πήγε στραβά σε εμάς.", "Δοκιμάστε ξανά· τίποτα δεν γίνεται δύο φορές."),
        ("Что-то сломалось у нас.", "Повторите; ничего не делается дважды."),
    ),
}


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def said(fault: Fault, language: str) -> Said:
    """The fault in words: what is wrong, what to do."""
    at = LANGUAGES.index(language) if language in LANGUAGES else 0
    params = _Params(fault.params)
    names = FIELDS.get(fault.field)
    params.setdefault("field", names[at] if names else fault.field)
    if "meanings" in params:
        params["meanings"] = ", ".join(FIELDS[m][at] for m in params["meanings"].split(",") if m in FIELDS)
    message, then = FAULTS[fault.code][at]
    return message.format_map(params), then.format_map(params)


def language_of(accepted: str) -> str:
    """The first of ours in an Accept-Language header (RFC 9110 §12.5.4), by its weights."""
    wanted: list[tuple[float, int, str]] = []
    for at, part in enumerate(accepted[:200].split(",")):
        name, _, more = part.partition(";")
        weight = more.strip().removeprefix("q=").strip()
        try:
            wanted.append((-float(weight or 1), at, name.strip()[:2].casefold()))
        except ValueError:
            continue
    return next((code for _, _, code in sorted(wanted) if code in LANGUAGES), "en")
