// The reports page: a bundle of its own, so that nobody loads charts who does not look at them (docs/reports.md).
import { render } from "preact";
import { ReportsPage } from "./parts/ReportsPage";
import { followQuestion, options, words, type Options } from "./state";
import { wordsOf } from "./words";

export interface ReportsBundle {
  /** Draws the page into `root`; call what it returns to take it away. */
  mount: (root: HTMLElement, given: Options) => () => void;
}

declare global {
  interface Window {
    kefuReports?: ReportsBundle;
  }
}

window.kefuReports = {
  mount(root, given) {
    options.value = given;
    words.value = wordsOf(given.locale);
    const stop = followQuestion();
    render(<ReportsPage />, root);
    return () => {
      stop();
      render(null, root);
    };
  },
};
