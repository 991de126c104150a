import type { JSX } from "preact";
import { ApiError, type Kind } from "../api";
import { shell } from "../i18n/messages";
import { language } from "../store";
import { Button } from "./button";

const TITLES = {
  offline: "offline",
  unavailable: "unavailable",
  login: "login",
  role: "role",
  not_found: "notFound",
  conflict: "conflict",
  invalid: "invalid",
  busy: "busy",
  other: "other",
} as const satisfies Record<Kind, string>;

const GENERAL: readonly Kind[] = ["unavailable", "login", "role", "not_found", "busy"];

/** Refused for how it was sent, whatever one's role; the portal says what to do about it. */
function sentWrong(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.detail !== "" &&
    ["origin", "csrf"].includes(String(error.more.reason ?? error.code))
  );
}

/** What went wrong in a few words, in the reader's language. */
export function titleOf(error: unknown): string {
  const { errors } = shell();
  if (sentWrong(error)) return "";
  return error instanceof ApiError ? errors[TITLES[error.kind]] : errors.other;
}

/** What to do about it: ours where we know, else as the portal says it. */
export function detailOf(error: unknown): string {
  const { errors } = shell();
  if (!(error instanceof ApiError)) return "";
  if (error.kind === "offline") return errors.offlineDetail;
  const ours = error.kind === "unavailable" ? errors.unavailableDetail : "";
  if (sentWrong(error)) return error.detail;
  // The portal speaks English; elsewhere ours says enough where nothing particular is to be done.
  if (language.value !== "en" && GENERAL.includes(error.kind)) return ours;
  return error.detail || ours;
}

/** Both, as one text. */
export function sentenceOf(error: unknown): string {
  return `${titleOf(error)} ${detailOf(error)}`.trim();
}

/** A failure in its place, with a way on. */
export function ErrorNote(props: { error: unknown; onRetry?: () => void }): JSX.Element {
  const title = titleOf(props.error);
  const detail = detailOf(props.error);
  return (
    <div class="note" data-tone="bad" role="alert" data-testid="error">
      <p>
        {title && <b>{title}</b>} {detail && <span>{detail}</span>}
      </p>
      {props.onRetry && (
        <Button small onClick={props.onRetry}>
          {shell().errors.retry}
        </Button>
      )}
    </div>
  );
}
