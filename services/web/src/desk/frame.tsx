/** Around every view: rail and bar of navigation, the account, the keys. */

import { signal } from "@preact/signals";
import { Component, type ComponentType, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fill } from "../i18n/text";
import { LanguageSwitch } from "../ui/language_switch";
import { shell } from "./i18n/messages";
import { useOpenCases } from "./open_cases";
import { address } from "./router";
import { covers, logOut, session } from "./session";
import { chooseLanguage, language } from "./store";
import { Button } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { ErrorNote } from "./ui/error_note";
import { Loading } from "./ui/facts";
import { More, Out, People } from "./ui/icons";
import { KeysDialog, keysShown, useKeys } from "./ui/keys";
import { toastError } from "./ui/toast";
import { VIEWS, type View, type ViewProps, viewOf } from "./views";

/** So many stand in the bar of a narrow screen; the others behind "More". */
const IN_BAR = 4;

const moreShown = signal(false);

export function Frame(): JSX.Element {
  useKeys();
  const { frame } = shell();
  const main = useRef<HTMLElement>(null);
  const { path } = address.value;
  const before = useRef(path);
  useEffect(() => {
    moreShown.value = false;
    if (before.current === path) return;
    before.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div class="frame">
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        {frame.skip}
      </button>
      <Navigation />
      <main class="view" id="main" tabIndex={-1} ref={main} data-testid="view" data-path={path}>
        <Guard key={path}>
          <Shown path={path} />
        </Guard>
      </main>
      {keysShown.value && <KeysDialog />}
      {moreShown.value && <MoreDialog />}
    </div>
  );
}

function mine(): readonly View[] {
  return VIEWS.filter((view) => view.icon !== undefined && covers(session.value?.role, view.needs));
}

function Navigation(): JSX.Element {
  const { nav } = shell();
  const views = mine();
  const here = viewOf(address.value.path)?.view.path;
  const open = useOpenCases();
  return (
    <nav class="rail" aria-label={nav.label}>
      <span class="brand" aria-hidden="true">
        D
      </span>
      {views.map((view, i) => (
        <NavLink
          key={view.name}
          view={view}
          here={here}
          wideOnly={i >= IN_BAR}
          count={view.name === "cases" ? open : 0}
        />
      ))}
      <span class="rail-gap" />
      <a
        class="rail-link wide-only"
        href="/desk/account"
        aria-current={here === "/desk/account" ? "page" : undefined}
      >
        <People />
        <span class="rail-name">{session.value?.name}</span>
      </a>
      <button
        type="button"
        class="rail-link narrow-only"
        aria-haspopup="dialog"
        data-testid="more"
        onClick={() => {
          moreShown.value = true;
        }}
      >
        <More />
        <span>{nav.more}</span>
        <Count of={open} name="more" />
      </button>
    </nav>
  );
}

function NavLink({
  view,
  here,
  wideOnly,
  count,
}: {
  view: View;
  here: string | undefined;
  wideOnly: boolean;
  /** What waits there. */
  count: number;
}): JSX.Element {
  const Icon = view.icon as ComponentType;
  const current = here === view.path || (view.path !== "/desk" && here?.startsWith(`${view.path}/`));
  return (
    <a
      class={wideOnly ? "rail-link wide-only" : "rail-link"}
      href={view.path}
      aria-current={current ? "page" : undefined}
    >
      <Icon />
      <span>{shell().nav[view.title]}</span>
      <Count of={count} name={view.name} />
    </a>
  );
}

function Count({ of, name }: { of: number; name: string }): JSX.Element | null {
  if (of === 0) return null;
  return (
    <span class="rail-count" data-testid={`count-${name}`}>
      <span aria-hidden="true">{of}</span>
      <span class="unseen">{fill(shell().nav.openCases, { n: String(of) })}</span>
    </span>
  );
}

/** Everything that finds no place on a narrow screen. */
function MoreDialog(): JSX.Element {
  const { nav } = shell();
  const close = () => {
    moreShown.value = false;
  };
  return (
    <Dialog title={nav.more} onClose={close}>
      <ul class="more-list">
        {mine()
          .slice(IN_BAR)
          .map((view) => {
            const Icon = view.icon as ComponentType;
            return (
              <li key={view.name}>
                <a href={view.path} onClick={close}>
                  <Icon />
                  {nav[view.title]}
                </a>
              </li>
            );
          })}
        <li>
          <a href="/desk/account" onClick={close}>
            <People />
            {nav.account}
          </a>
        </li>
      </ul>
      <AccountFoot />
    </Dialog>
  );
}

/** Language and the way out; also at the end of the account's view. */
export function AccountFoot(): JSX.Element {
  const { frame } = shell();
  return (
    <div class="account-foot">
      <LanguageSwitch language={language.value} label={frame.language} onChange={chooseLanguage} />
      <Button icon={<Out />} testid="log-out" onClick={() => logOut().catch(toastError)}>
        {frame.logOut}
      </Button>
    </div>
  );
}

const loaded = new Map<string, ComponentType<ViewProps>>();

function Shown({ path }: { path: string }): JSX.Element {
  const { frame } = shell();
  const found = viewOf(path);
  const name = found?.view.name ?? "";
  const [failed, setFailed] = useState<unknown>(null);
  const [, redraw] = useState(0);
  const load = () => {
    if (found === null || loaded.has(name)) return;
    setFailed(null);
    found.view.load().then(
      (module) => {
        loaded.set(name, module.default);
        redraw((n) => n + 1);
      },
      (error: unknown) => setFailed(error),
    );
  };
  useEffect(load, [name]);
  if (found === null) {
    return (
      <div class="pane">
        <h1>{frame.notFound}</h1>
        <p>
          <a href="/desk">{frame.toToday}</a>
        </p>
      </div>
    );
  }
  if (!covers(session.value?.role, found.view.needs)) {
    return (
      <div class="pane">
        <h1>{frame.notYours}</h1>
      </div>
    );
  }
  if (failed !== null) return <ErrorNote error={failed} onRetry={load} />;
  const Loaded = loaded.get(name);
  return Loaded === undefined ? <Loading /> : <Loaded params={found.params} />;
}

/** A view that fails takes the others not with it. */
class Guard extends Component<{ children: JSX.Element }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const { frame } = shell();
    return (
      <div class="pane" role="alert">
        <h1>{frame.broken}</h1>
        <p>{frame.brokenDetail}</p>
        <Button onClick={() => location.reload()}>{frame.reloadPage}</Button>
      </div>
    );
  }
}
