/** Elements from names, properties and children; text is only ever text. */

export function h(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A text with its web addresses as links that open beside the mailbox. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"')\]]+)/).flatMap((part, at) => {
    if (at % 2 === 0) return part;
    const [, url, rest] = part.match(/^(.*?)([.,;:!?]*)$/s);
    return [h("a", { href: url, target: "_blank", rel: "noopener" }, url), rest];
  });
}
