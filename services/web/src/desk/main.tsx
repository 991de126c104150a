import "../theme/fonts.css";
import "../theme/base.css";
import "./desk.css";
import "./ui/ui.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { App, titleOf } from "./app";
import { listen } from "./router";
import { recall } from "./session";
import { language, now_ms } from "./store";

setInterval(() => {
  if (!document.hidden) now_ms.value = Date.now();
}, 1000);
document.addEventListener("visibilitychange", () => {
  now_ms.value = Date.now();
});

effect(() => {
  document.documentElement.lang = language.value;
});
listen();
effect(() => {
  const title = titleOf();
  if (document.title !== title) document.title = title;
});
const page = document.getElementById("desk");
if (page !== null) render(<App />, page);
void recall();
