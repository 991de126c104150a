import { current } from "../current";
import type { ShownStop } from "../merge";
import { mapApps, mapsLink } from "../navigation";
import { text } from "../store";
import { back } from "../views";
import { addressOf } from "../words";

export function Navigate({ stop }: { stop: ShownStop }) {
  const { navigate } = text.value;
  const where = addressOf(stop, text.value);
  const apps = mapApps(navigator.userAgent).map((app) => ({ app, link: mapsLink(app, stop, where) }));
  return (
    <div class="sheet-body">
      {apps.map(({ app, link }) => (
        <a
          key={app}
          class="big outlined wide"
          data-testid={`app-${app}`}
          href={link.href}
          target={link.target}
          rel={link.rel}
          onClick={() => {
            void current.value?.chooseNavigator(app);
            // After the link has been followed: a sheet that is gone follows nothing.
            setTimeout(back, 300);
          }}
        >
          {navigate[app]}
        </a>
      ))}
      <p class="detail">{navigate.detail}</p>
    </div>
  );
}
