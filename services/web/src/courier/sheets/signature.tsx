/** A signature with a finger, a pen or a mouse. Nobody has to sign: the name of who took it is enough. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Picture } from "../db";
import { Pen } from "../parts/icons";
import { pictureOf } from "../pictures";
import { text } from "../store";

/** Device pixels per CSS pixel, at most: a signature needs no more. */
const MOST_RATIO = 2;

export function Signature({ onChange }: { onChange: (signature: (() => Promise<Picture>) | null) => void }) {
  const [open, setOpen] = useState(false);
  const { deliver } = text.value;
  if (!open) {
    return (
      <button type="button" class="big outlined wide" data-testid="sign" onClick={() => setOpen(true)}>
        <Pen /> {deliver.signature}
      </button>
    );
  }
  return <Pad onChange={onChange} />;
}

function Pad({ onChange }: { onChange: (signature: (() => Promise<Picture>) | null) => void }) {
  const { deliver } = text.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [signed, setSigned] = useState(false);
  const last = useRef<{ x: number; y: number } | null>(null);

  const clear = () => {
    const place = canvas.current;
    const context = place?.getContext("2d");
    if (!place || !context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, place.width, place.height);
    setSigned(false);
    onChange(null);
  };
  useEffect(() => {
    const place = canvas.current;
    if (place === null) return;
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    place.width = Math.round(place.clientWidth * ratio);
    place.height = Math.round(place.clientHeight * ratio);
    clear();
    place.scrollIntoView({ block: "center" });
  }, []);

  const at = (event: PointerEvent) => {
    const place = canvas.current;
    if (place === null) return { x: 0, y: 0 };
    const box = place.getBoundingClientRect();
    const scale = place.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };
  const draw = (event: PointerEvent) => {
    const place = canvas.current;
    const context = place?.getContext("2d");
    const from = last.current;
    if (!place || !context || from === null) return;
    const to = at(event);
    context.strokeStyle = "#14181f";
    context.lineWidth = place.width / 140;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    last.current = to;
  };
  const begin = (event: PointerEvent) => {
    canvas.current?.setPointerCapture(event.pointerId);
    last.current = at(event);
    draw(event);
  };
  const end = () => {
    if (last.current === null) return;
    last.current = null;
    setSigned(true);
    onChange(() => {
      if (canvas.current === null) return Promise.reject(new Error("the pad is closed"));
      return pictureOf(canvas.current, "image/png", "signature");
    });
  };
  return (
    <div class="pad">
      <p id="pad-label">{signed ? deliver.signed : deliver.signHere}</p>
      <canvas
        ref={canvas}
        role="img"
        aria-labelledby="pad-label"
        data-testid="pad"
        data-signed={signed}
        onPointerDown={begin}
        onPointerMove={draw}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <button type="button" class="small" onClick={clear}>
        {deliver.signAgain}
      </button>
    </div>
  );
}
