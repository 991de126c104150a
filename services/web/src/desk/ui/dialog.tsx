import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Cross } from "../../ui/icons";
import { shell } from "../i18n/messages";
import { Button, IconButton } from "./button";

/** What scrolls can be reached by keys. */
const SCROLLED = { tabIndex: 0, role: "group" } as const;

/** The browser's own dialog: it keeps the focus inside, and gives it back where it was. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  foot?: ComponentChildren;
  /** From the edge of the screen, for much content. */
  wide?: boolean;
  testid?: string;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      data-wide={props.wide || undefined}
      data-testid={props.testid}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) props.onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{props.title}</h2>
          <IconButton label={shell().ui.close} icon={<Cross />} onClick={props.onClose} />
        </header>
        <div class="dialog-content" {...SCROLLED}>
          {props.children}
        </div>
        {props.foot && <footer class="dialog-foot">{props.foot}</footer>}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  /** What will happen. */
  text: ComponentChildren;
  /** The button that does it. */
  action: string;
  danger?: boolean;
}

const asked = signal<{ question: Question; answer: (yes: boolean) => void } | null>(null);

/** Ask before something that can't be undone. */
export function confirm(question: Question): Promise<boolean> {
  asked.peek()?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Where `confirm` asks; once in the page. */
export function Confirmation(): JSX.Element | null {
  const now = asked.value;
  if (now === null) return null;
  const { question, answer } = now;
  return (
    <Dialog
      title={question.title}
      onClose={() => answer(false)}
      testid="confirm"
      foot={
        <>
          <Button kind="quiet" onClick={() => answer(false)}>
            {shell().ui.cancel}
          </Button>
          <Button
            kind={question.danger ? "danger" : "main"}
            testid="confirm-yes"
            onClick={() => answer(true)}
          >
            {question.action}
          </Button>
        </>
      }
    >
      {question.text}
    </Dialog>
  );
}
