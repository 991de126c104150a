/**
 * What a recipient of the shop would see: his page's own parts with a made-up parcel, in a shadow tree so that its
 * styles and the desk's keep apart. Nothing in it can be pressed, and no socket is opened.
 */

import { type JSX, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Facts, ShopContact, ShopName } from "../../../recipient/facts";
import { Now } from "../../../recipient/now";
import pageStyle from "../../../recipient/recipient.css?inline";
import { Stages } from "../../../recipient/stages";
import { formats, now_ms as pageNow, text as pageText, shownIn, state } from "../../../recipient/store";
import { applyAccent } from "../../../theme/accent";
import baseStyle from "../../../theme/base.css?inline";
import { mapState } from "../../../view/scene";
import { apply, NOTHING } from "../../../view/state";
import { Segments } from "../../ui/segments";
import { type Scenery, type ShopForm, sample } from "./model";
import { Sketch } from "./sketch";
import sketchStyle from "./sketch.css?inline";
import { t } from "./texts";

const SCENES: readonly Scenery[] = ["far", "near", "door"];

export function Preview({ form }: { form: ShopForm }): JSX.Element {
  const text = t();
  const [scene, setScene] = useState<Scenery>("near");
  const host = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet()];
    const page = document.createElement("div");
    page.id = "page";
    shadow.replaceChildren(page);
    root.current = page;
    return () => {
      render(null, page);
      state.value = NOTHING;
      shownIn.value = null;
    };
  }, []);
  useEffect(() => {
    const element = host.current;
    const page = root.current;
    if (element === null || page === null) return;
    const now = Date.now();
    pageNow.value = now;
    shownIn.value = form.language;
    state.value = { ...apply(NOTHING, sample(form, scene, now), now), link: "live" };
    applyAccent(element, form.colour);
    element.lang = form.language;
    render(<Page mode={form.mode} scene={scene} />, page);
  });
  return (
    <section class="preview" aria-labelledby="preview-title">
      <div class="pane-head">
        <h2 id="preview-title">{text.preview}</h2>
        <Segments
          label={text.scene}
          value={scene}
          options={SCENES.map((one) => ({ value: one, label: text.scenes[one] }))}
          onChange={setScene}
          testid="preview-scene"
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section class="preview-frame" tabIndex={0} aria-label={text.previewNote}>
        <div class="preview-page" ref={host} inert data-testid="preview" />
      </section>
      <p class="hint">{text.previewNote}</p>
    </section>
  );
}

/** As src/recipient/app.tsx puts the parts together, without what is pressed and with a sketch for the map. */
function Page({ mode, scene }: { mode: ShopForm["mode"]; scene: Scenery }): JSX.Element | null {
  const { view, shop } = state.value;
  if (view === null || shop === null) return null;
  return (
    <div class="page" data-map={mapState(state.value, pageNow.value)}>
      <div class="column">
        <div class="top">
          <ShopName shop={shop} text={pageText.value} />
        </div>
        <Facts shop={shop} view={view} text={pageText.value} formats={formats.value} />
        <Now />
      </div>
      <Sketch mode={mode} scene={scene} show={view.driver.show} />
      <div class="column rest">
        <Stages view={view} />
        <div class="foot">
          <ShopContact shop={view.shop} text={pageText.value} />
          <p>{pageText.value.page.privacy}</p>
        </div>
      </div>
    </div>
  );
}

let made: CSSStyleSheet | null = null;

/** The page's styles with the host in the place of its root; narrow whatever the window's width. */
function sheet(): CSSStyleSheet {
  if (made !== null) return made;
  made = new CSSStyleSheet();
  made.replaceSync((baseStyle + pageStyle + sketchStyle).replaceAll(":root", ":host"));
  for (let i = made.cssRules.length - 1; i >= 0; i--) {
    const rule = made.cssRules[i];
    if (rule instanceof CSSMediaRule && rule.conditionText.includes("min-width")) made.deleteRule(i);
  }
  return made;
}
