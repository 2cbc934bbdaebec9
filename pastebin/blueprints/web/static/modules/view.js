/** The page of a file: what its parts can do with JavaScript. Each part's module comes only where it is on the page. */

const MODULES = {
  lines: "./reading.js",
  views: "./views.js",
  language: "./language.js",
  image: "./zoom.js",
  transform: "./transform.js",
  media: "./media.js",
  limited: "./limited.js",
};

for (const [part, module] of Object.entries(MODULES)) {
  const element = document.querySelector(`[data-part="${part}"]`);
  if (element) {
    import(module).then(({ improve }) => improve(element));
  }
}
