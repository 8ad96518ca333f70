// The reports page is a bundle of its own, with its charts: loaded when it is first opened, drawn into this page.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { RefreshIcon } from "../../design/icons";
import { goToSignIn, me } from "../state/session";
import { loadTags, tags } from "../state/tags";
import { locale, words } from "../words";
import { Drawing } from "./Drawing";
import type { ReportsBundle } from "../../reports/main";

let loading: Promise<ReportsBundle> | null = null;

/** Its address stands in the page, since the server may add a version to it. */
function loadBundle(): Promise<ReportsBundle> {
  loading ??= new Promise((resolve, reject) => {
    const { content, dataset } = document.querySelector<HTMLMetaElement>('meta[name="kefu-reports"]')!;
    const script = Object.assign(document.createElement("script"), { src: content });
    const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href: dataset.styles! });
    let left = 2;
    script.onload = styles.onload = () => --left || resolve(window.kefuReports!);
    script.onerror = styles.onerror = () => {
      loading = null;
      reject(new Error("reports"));
    };
    document.head.append(styles, script);
  });
  return loading;
}

export function Reports() {
  const root = useRef<HTMLDivElement>(null);
  const state = useSignal<"loading" | "ready" | "failed">("loading");
  const attempt = useSignal(0);
  const language = locale.value;
  useEffect(() => {
    let unmount: (() => void) | undefined;
    let isGone = false;
    state.value = "loading";
    // Tags may have come about since the console began; without them the page is there all the same.
    Promise.all([loadBundle(), loadTags(0)]).then(
      ([bundle]) => {
        if (isGone) return;
        state.value = "ready";
        const { queues, agents } = me.peek()!;
        const given = [...tags.peek().values()].sort((one, other) => one.name.localeCompare(other.name));
        unmount = bundle.mount(root.current!, { locale: language, queues, agents, tags: given, onSignedOut: goToSignIn });
      },
      () => (state.value = "failed"),
    );
    return () => {
      isGone = true;
      unmount?.();
    };
  }, [language, attempt.value]);
  const say = words.value;
  return (
    <main class="page" id="thread" tabIndex={-1}>
      {state.value === "loading" && <div class="page-body" role="status" aria-label={say.loading}><span class="bone card-bone" /></div>}
      {state.value === "failed" && (
        <div class="empty" role="alert">
          <Drawing name="cut" />
          <p>{say.reportsFailed}</p>
          <button type="button" class="button" onClick={() => attempt.value++}>
            <RefreshIcon />
            {say.retry}
          </button>
        </div>
      )}
      <div class="reports-root" ref={root} />
    </main>
  );
}
