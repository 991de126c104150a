import { LanguageRow } from "../ui/language_row";
import { mapState } from "../view/scene";
import { Facts, ShopContact, ShopName } from "./facts";
import { MapPanel } from "./map_panel";
import { Notices } from "./notices";
import { Now } from "./now";
import { Larger } from "./proofs";
import { Rating } from "./rating";
import { Stages } from "./stages";
import { chooseLanguage, formats, language, now_ms, sentence, state, text } from "./store";

export function App() {
  const { view, shop } = state.value;
  const { phase } = sentence.value;
  const map = mapState(state.value, now_ms.value);
  return (
    <main class="page" data-testid="state" data-state={phase} data-map={map}>
      <div class="column">
        <header class="top">
          <ShopName shop={shop} text={text.value} />
          <LanguageRow language={language.value} label={text.value.page.language} onChange={chooseLanguage} />
        </header>
        {shop !== null && <Facts shop={shop} view={view} text={text.value} formats={formats.value} />}
        <Now />
        <Rating />
      </div>
      {map !== "closed" && (
        <div class="stage">
          <MapPanel waiting={map === "waiting"} />
        </div>
      )}
      {view !== null && (
        <div class="column rest" id="after-map" tabIndex={-1}>
          <Stages view={view} />
          <Notices />
          <footer class="foot">
            <ShopContact shop={view.shop} text={text.value} />
            <p>{text.value.page.privacy}</p>
          </footer>
        </div>
      )}
      <Larger />
    </main>
  );
}
