import type { Types } from "@a2ui/lit/0.8";

const plain = {};
const field = { container: plain, element: plain, label: plain };

/** Surfaces look as the browser draws them; the renderer needs a place for every class all the same. */
export const theme: Types.Theme = {
  components: {
    AudioPlayer: plain,
    Button: plain,
    Card: plain,
    Column: plain,
    CheckBox: field,
    DateTimeInput: field,
    Divider: plain,
    Image: {
      all: plain,
      icon: plain,
      avatar: plain,
      smallFeature: plain,
      mediumFeature: plain,
      largeFeature: plain,
      header: plain,
    },
    Icon: plain,
    List: plain,
    Modal: { backdrop: plain, element: plain },
    MultipleChoice: field,
    Row: plain,
    Slider: field,
    Tabs: { container: plain, element: plain, controls: { all: plain, selected: plain } },
    Text: { all: plain, h1: plain, h2: plain, h3: plain, h4: plain, h5: plain, caption: plain, body: plain },
    TextField: field,
    Video: plain,
  },
  elements: {
    a: plain,
    audio: plain,
    body: plain,
    button: plain,
    h1: plain,
    h2: plain,
    h3: plain,
    h4: plain,
    h5: plain,
    iframe: plain,
    input: plain,
    p: plain,
    pre: plain,
    textarea: plain,
    video: plain,
  },
  markdown: { p: [], h1: [], h2: [], h3: [], h4: [], h5: [], ul: [], ol: [], li: [], a: [], strong: [], em: [] },
  additionalStyles: {
    Button: { padding: "0.4rem 1rem", font: "inherit" },
    Card: {
      padding: "1rem",
      border: "1px solid color-mix(in srgb, currentcolor 25%, transparent)",
      "border-radius": "0.5rem",
    },
  },
};
