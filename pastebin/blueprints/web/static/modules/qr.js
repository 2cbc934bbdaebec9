/** A link as a QR code: drawn here, since a key behind `#` must never reach a server. */

import { generate } from "./vendor/lean-qr-2.7.4.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules of white around it, which readers need (ISO/IEC 18004)

/** @param {string} text @param {string} label what it is, for who cannot see it @returns {SVGElement} */
export function draw(text, label) {
  const code = generate(text);
  const size = code.size + 2 * QUIET;
  const svg = element("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, class: "qr" });
  svg.append(
    element("rect", { width: size, height: size, fill: "#fff" }),
    element("path", { d: path(code), fill: "#000", "shape-rendering": "crispEdges" }),
  );
  return svg;
}

/** A square for each dark module. */
function path(code) {
  let squares = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      squares += code.get(x, y) ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "";
    }
  }
  return squares;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  return made;
}
