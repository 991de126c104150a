import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { shell } from "../i18n/messages";
import { Button } from "./button";
import { Copy } from "./icons";

/** Copies a text, and says that it has. */
export function CopyButton({ text, label }: { text: string; label?: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const { ui } = shell();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      small
      icon={<Copy />}
      onClick={() =>
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => {},
        )
      }
    >
      <span role="status">{copied ? ui.copied : (label ?? ui.copy)}</span>
    </Button>
  );
}
