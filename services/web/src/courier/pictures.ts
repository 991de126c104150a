/** Photos made small on the phone: a few hundred kilobytes instead of many megabytes, without where and when
 * the camera wrote into them. */

import type { Picture } from "./db";

export const LONGEST_PX = 1600;
const QUALITY = 0.8;

/** The size to draw at: never larger than it is. */
export function fitted(
  width: number,
  height: number,
  longest = LONGEST_PX,
): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Raises an error when the file is no picture that this browser can read. */
export async function photoOf(file: Blob): Promise<Picture> {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const size = fitted(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.drawImage(image, 0, 0, size.width, size.height);
  image.close();
  return pictureOf(canvas, "image/jpeg", "photo");
}

export async function pictureOf(
  canvas: HTMLCanvasElement,
  type: "image/jpeg" | "image/png",
  kind: Picture["kind"],
): Promise<Picture> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY));
  if (blob === null) throw new Error("the canvas gave no picture");
  return { id: crypto.randomUUID(), type: blob.type, bytes: await blob.arrayBuffer(), kind };
}
