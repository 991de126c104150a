/** What the page asks after the delivery, in three languages; `{shop}` is the shop's name. */

import type { Language } from "../contracts";
import { language } from "./store";

interface RatingText {
  title: string;
  right: string;
  yes: string;
  no: string;
  nps: string;
  npsLow: string;
  npsHigh: string;
  csi: string;
  csiLow: string;
  csiHigh: string;
  /** `{n}` of `{most}`: a mark on a scale, said aloud. */
  mark: string;
  sending: string;
  thanks: string;
  thanksBad: string;
  contact: string;
  takeBack: string;
  takenBack: string;
  change: string;
  why: string;
  more: string;
  hint: string;
  send: string;
  wordsKept: string;
  wordsThere: string;
  early: string;
  busy: string;
  later: string;
  retry: string;
}

const TABLES: Readonly<Record<Language, RatingText>> = {
  en: {
    title: "How was it?",
    right: "Is everything all right with your parcel?",
    yes: "Yes, all right",
    no: "No, something is wrong",
    nps: "How likely are you to recommend {shop} and its delivery?",
    npsLow: "0: not at all",
    npsHigh: "10: very likely",
    csi: "How satisfied are you with the delivery?",
    csiLow: "1: not at all",
    csiHigh: "5: very",
    mark: "{n} of {most}",
    sending: "Sending your answer…",
    thanks: "Thank you. Your answer is kept.",
    thanksBad:
      "We are sorry. The people who deliver for {shop} see this now and will contact you, at the telephone or e-mail of your order.",
    contact: "If it can’t wait:",
    takeBack: "Take my answer back",
    takenBack: "Taken back. You can answer again.",
    change: "Tapped by mistake? Tap another answer.",
    why: "What is wrong? In your words",
    more: "Anything to add? In your words",
    hint: "Not required. Only the shop’s delivery service reads it.",
    send: "Send",
    wordsKept: "Your words have been sent. Thank you.",
    wordsThere: "You have written something already. What you send now replaces it.",
    early: "You can answer once the parcel has been brought.",
    busy: "Too many answers at once. Try again in a while.",
    later: "Not sent: there is no connection just now.",
    retry: "Send again",
  },
  el: {
    title: "Πώς ήταν;",
    right: "Είναι όλα εντάξει με το δέμα σας;",
    yes: "Ναι, όλα εντάξει",
    no: "Όχι, κάτι δεν πάει καλά",
    nps: "Πόσο πιθανό είναι να συστήσετε το κατάστημα {shop} και την παράδοσή του;",
    npsLow: "0: καθόλου",
    npsHigh: "10: πολύ πιθανό",
    csi: "Πόσο ικανοποιημένοι είστε από την παράδοση;",
    csiLow: "1: καθόλου",
    csiHigh: "5: πολύ",
    mark: "{n} από {most}",
    sending: "Στέλνουμε την απάντησή σας…",
    thanks: "Ευχαριστούμε. Η απάντησή σας καταχωρίστηκε.",
    thanksBad:
      "Λυπούμαστε. Όσοι παραδίδουν για το κατάστημα {shop} το βλέπουν τώρα και θα επικοινωνήσουν μαζί σας, στο τηλέφωνο ή στο e-mail της παραγγελίας σας.",
    contact: "Αν δεν μπορεί να περιμένει:",
    takeBack: "Ανάκληση της απάντησης",
    takenBack: "Ανακλήθηκε. Μπορείτε να απαντήσετε ξανά.",
    change: "Πατήσατε κατά λάθος; Πατήστε άλλη απάντηση.",
    why: "Τι δεν πάει καλά; Με δικά σας λόγια",
    more: "Θέλετε να προσθέσετε κάτι; Με δικά σας λόγια",
    hint: "Προαιρετικό. Το διαβάζει μόνο η υπηρεσία παράδοσης του καταστήματος.",
    send: "Αποστολή",
    wordsKept: "Τα λόγια σας στάλθηκαν. Ευχαριστούμε.",
    wordsThere: "Έχετε ήδη γράψει κάτι. Ό,τι στείλετε τώρα το αντικαθιστά.",
    early: "Μπορείτε να απαντήσετε αφού έρθει το δέμα.",
    busy: "Πολλές απαντήσεις μαζί. Δοκιμάστε ξανά σε λίγο.",
    later: "Δεν στάλθηκε: δεν υπάρχει σύνδεση αυτή τη στιγμή.",
    retry: "Αποστολή ξανά",
  },
  ru: {
    title: "Как всё прошло?",
    right: "С посылкой всё в порядке?",
    yes: "Да, всё в порядке",
    no: "Нет, что-то не так",
    nps: "Насколько вероятно, что вы порекомендуете магазин {shop} и его доставку?",
    npsLow: "0: точно нет",
    npsHigh: "10: точно да",
    csi: "Насколько вы довольны доставкой?",
    csiLow: "1: совсем нет",
    csiHigh: "5: очень",
    mark: "{n} из {most}",
    sending: "Отправляем ваш ответ…",
    thanks: "Спасибо. Ваш ответ сохранён.",
    thanksBad:
      "Нам жаль. Служба доставки магазина {shop} уже видит ваш ответ и свяжется с вами по телефону или почте из заказа.",
    contact: "Если дело не ждёт:",
    takeBack: "Отозвать ответ",
    takenBack: "Ответ отозван. Можно ответить снова.",
    change: "Нажали случайно? Выберите другой ответ.",
    why: "Что не так? Своими словами",
    more: "Хотите что-то добавить? Своими словами",
    hint: "Необязательно. Это прочтёт только служба доставки магазина.",
    send: "Отправить",
    wordsKept: "Ваши слова отправлены. Спасибо.",
    wordsThere: "Вы уже что-то написали. То, что вы отправите сейчас, заменит прежнее.",
    early: "Ответить можно, когда посылку привезут.",
    busy: "Слишком много ответов сразу. Попробуйте немного позже.",
    later: "Не отправлено: сейчас нет связи.",
    retry: "Отправить ещё раз",
  },
};

/** The reader's language's. */
export function ratingText(): RatingText {
  return TABLES[language.value];
}
