/** The two DOM markers: the driver and the reader's door. Looks are in map.css. */

const SVG = "http://www.w3.org/2000/svg";

const VAN = "M3 7.5h9.5v8H3zM12.5 10h4l3.5 3v2.5h-7.5z";
const HOUSE = "M4.5 11.5 12 5l7.5 6.5V19a.8.8 0 0 1-.8.8h-4.2v-5h-5v5H5.3a.8.8 0 0 1-.8-.8z";
const ARROW = "M18 1.5 24.5 12Q18 8.6 11.5 12Z";

/** The driver: a van in a disc, and a pointer on its rim that shows his course. */
export function driverElement(): { element: HTMLElement; pointer: SVGElement } {
  const element = document.createElement("div");
  element.className = "mark mark-driver";
  element.dataset.testid = "driver-marker";
  element.setAttribute("role", "img");
  const halo = document.createElement("div");
  halo.className = "mark-halo";
  const pointer = drawing("0 0 36 36", "mark-pointer", ARROW);
  const disc = document.createElement("div");
  disc.className = "mark-disc";
  const van = drawing("0 0 24 24", "mark-icon", VAN);
  for (const cx of ["7", "16.5"]) {
    const wheel = document.createElementNS(SVG, "circle");
    wheel.setAttribute("cx", cx);
    wheel.setAttribute("cy", "16.2");
    wheel.setAttribute("r", "1.9");
    wheel.setAttribute("class", "mark-wheel");
    van.append(wheel);
  }
  disc.append(van);
  element.append(halo, pointer, disc);
  return { element, pointer };
}

export function homeElement(): HTMLElement {
  const element = document.createElement("div");
  element.className = "mark mark-home";
  element.dataset.testid = "home";
  element.setAttribute("role", "img");
  const pin = document.createElement("div");
  pin.className = "mark-pin";
  pin.append(drawing("0 0 24 24", "mark-icon", HOUSE));
  element.append(pin);
  return element;
}

function drawing(viewBox: string, name: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}
