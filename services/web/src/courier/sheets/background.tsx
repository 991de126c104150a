/** How positions go on while the page is not seen: an app set up in a few taps, and the brand's battery settings. */

import { useState } from "preact/hooks";
import { Qr } from "../parts/qr";
import { ownTracksLink, ownTracksUrl, traccarCode, traccarLink, traccarUrl } from "../phone_apps";
import { enrolment, installer, text } from "../store";

export function Background() {
  const { background } = text.value;
  const who = enrolment.value;
  if (who === null) return null;
  const { values } = background;
  return (
    <div class="sheet-body">
      <p class="lead">{background.plain}</p>
      <p>{background.how}</p>
      <AppSetUp
        name="Traccar Client"
        words={background.traccar}
        link={traccarLink(who)}
        code={traccarCode(who)}
        codeLabel={background.qrTraccar}
        fields={[
          [values.url, traccarUrl(who)],
          [values.device, who.device_id],
        ]}
      />
      <AppSetUp
        name="OwnTracks"
        words={background.owntracks}
        link={ownTracksLink(who)}
        code={ownTracksLink(who)}
        codeLabel={background.qrOwntracks}
        fields={[
          [values.url, ownTracksUrl(who)],
          [values.user, who.device_id],
          [values.password, who.secret],
        ]}
      />
      <section class="block">
        <p>{background.keep}</p>
        <p>{background.offDuty}</p>
        <p>{background.check}</p>
      </section>
      <section class="block" aria-labelledby="battery-title">
        <h2 id="battery-title">{background.batteryTitle}</h2>
        <p>{background.batteryDetail}</p>
        {background.brands.map(({ brand, steps }) => (
          <details key={brand} class="brand">
            <summary>{brand}</summary>
            <Steps steps={steps} />
          </details>
        ))}
      </section>
      <Install />
    </div>
  );
}

interface AppSetUpProps {
  name: string;
  words: { about: string; steps: readonly string[]; open: string; byHand: string };
  link: string;
  code: string;
  codeLabel: string;
  fields: readonly (readonly [string, string])[];
}

function AppSetUp({ name, words, link, code, codeLabel, fields }: AppSetUpProps) {
  const { background } = text.value;
  const [seen, setSeen] = useState(false);
  const id = name.replace(/\W/g, "").toLowerCase();
  return (
    <section class="block app" aria-labelledby={`${id}-title`} data-testid={id}>
      <h2 id={`${id}-title`}>{name}</h2>
      <p class="detail">{words.about}</p>
      <Steps steps={words.steps} />
      <a class="big primary wide" href={link} data-testid={`${id}-link`}>
        {words.open}
      </a>
      <button
        type="button"
        class="big outlined wide"
        aria-expanded={seen}
        data-testid={`${id}-qr`}
        onClick={() => setSeen(!seen)}
      >
        {seen ? background.hideQr : background.showQr}
      </button>
      {seen && (
        <figure>
          <Qr value={code} label={codeLabel} />
          <figcaption>
            {codeLabel}. {background.secret}
          </figcaption>
        </figure>
      )}
      <details class="brand">
        <summary>{words.byHand}</summary>
        <dl class="values">
          {fields.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
        <p>{background.secret}</p>
      </details>
    </section>
  );
}

function Steps({ steps }: { steps: readonly string[] }) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step}>{step}</li>
      ))}
    </ol>
  );
}

function Install() {
  const { background } = text.value;
  if (window.matchMedia("(display-mode: standalone)").matches) return null;
  const offered = installer.value;
  return (
    <section class="block" aria-labelledby="install-title">
      <h2 id="install-title">{background.install}</h2>
      <p>{background.installDetail}</p>
      {offered !== null && (
        <button type="button" class="big outlined wide" onClick={() => void offered.prompt()}>
          {background.installButton}
        </button>
      )}
      <p>{background.installIphone}</p>
    </section>
  );
}
