/** What the page says about messages, in three languages. */

import type { Language } from "../contracts";
import { language } from "./store";

interface NoticesText {
  title: string;
  first: string;
  email: string;
  sms: string;
  stop: string;
  resume: string;
  stopped: string;
  language: string;
  none: string;
  loading: string;
  failed: string;
  retry: string;
  saved: string;
  notSaved: string;
  for: string;
  /** Where a link that is over leads. */
  lost: string;
}

const TABLES: Readonly<Record<Language, NoticesText>> = {
  el: {
    title: "Μηνύματα για τις παραδόσεις σας",
    first: "Πρώτα με",
    email: "e-mail",
    sms: "SMS",
    stop: "Διακοπή",
    resume: "Ξανά",
    stopped: "δεν στέλνονται",
    language: "Γλώσσα των μηνυμάτων",
    none: "Το κατάστημα δεν έχει e-mail ή τηλέφωνό σας.",
    loading: "Ανοίγει…",
    failed: "Δεν μπορεί να διαβαστεί τώρα.",
    retry: "Ξανά",
    saved: "Αποθηκεύτηκε. Ισχύει από το επόμενο μήνυμα.",
    notSaved: "Δεν αποθηκεύτηκε. Δοκιμάστε πάλι.",
    for: "Ισχύει για όλες τις αποστολές που σας φέρνει η ίδια μεταφορική.",
    lost: "Στείλτε μου νέο σύνδεσμο",
  },
  ru: {
    title: "Сообщения о ваших доставках",
    first: "Сначала",
    email: "почта",
    sms: "SMS",
    stop: "Отключить",
    resume: "Включить",
    stopped: "не присылаются",
    language: "Язык сообщений",
    none: "У магазина нет ни вашей почты, ни телефона.",
    loading: "Открывается…",
    failed: "Сейчас это нельзя прочитать.",
    retry: "Ещё раз",
    saved: "Сохранено. Действует со следующего сообщения.",
    notSaved: "Не сохранено. Попробуйте ещё раз.",
    for: "Это касается всех посылок, которые вам везёт эта служба доставки.",
    lost: "Прислать новую ссылку",
  },
  en: {
    title: "Messages about your deliveries",
    first: "First by",
    email: "e-mail",
    sms: "text message",
    stop: "Stop",
    resume: "Resume",
    stopped: "stopped",
    language: "Language of messages",
    none: "The shop has neither your e-mail address nor your telephone.",
    loading: "Opening…",
    failed: "This can’t be read just now.",
    retry: "Try again",
    saved: "Saved. It holds from the next message on.",
    notSaved: "Not saved. Please try again.",
    for: "This is for all parcels that this carrier brings you.",
    lost: "Send me a new link",
  },
};

export function noticesText(): NoticesText {
  return TABLES[language.value];
}
