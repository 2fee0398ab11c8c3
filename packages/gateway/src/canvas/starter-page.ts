/** The page of a canvas nobody has put anything on yet. */
export const starterPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OpenClaw canvas</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem; text-align: center;
    font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; color-scheme: light dark; }
  button { font: inherit; padding: .4rem 1rem; margin: .2rem; }
  output { min-height: 1.5em; opacity: .7; }
</style>
</head>
<body>
<h1>This canvas is empty</h1>
<p>Files in this folder are shown here, and the page follows when they change.</p>
<div>
  <button data-action="hello">Say hello</button>
  <button data-action="time">Ask for the time</button>
  <button data-action="photo">Ask for a photo</button>
</div>
<output></output>
<script>
  for (const button of document.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const sent = window.OpenClaw?.sendUserAction({ name: button.dataset.action, surfaceId: "main", sourceComponentId: "starter." + button.dataset.action });
      document.querySelector("output").textContent = sent ? "Sent." : "No app listens here: open this page on a node.";
    });
  }
  addEventListener("openclaw:a2ui-action-status", ({ detail }) => {
    document.querySelector("output").textContent = detail?.ok ? "Done." : "Not done: " + (detail?.error ?? "unknown");
  });
</script>
</body>
</html>
`;
