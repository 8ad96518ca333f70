// Two visitors are one person: find the other, see what would happen, choose who stays, and do it.
import { useEffect, useState } from "preact/hooks";
import { AlertIcon, CloseIcon, SearchIcon, SwitchIcon, VerifiedIcon } from "../../../design/icons";
import { keptOf } from "../../state/kept";
import { findVisitors, mergeAsked, mergeVisitors, previewMerge, type MergePreview } from "../../state/profile";
import type { Thread } from "../../state/thread";
import { showToast } from "../../state/toasts";
import { visitorName } from "../../state/visitors";
import { explain, words } from "../../words";
import type { VisitorSummary } from "../../wire";
import { Avatar } from "../Avatar";
import { Dialog } from "../Dialog";

const SEARCH_MS = 250;

export function MergeDialog() {
  const { thread, other } = mergeAsked.value!;
  const [chosen, choose] = useState<string | null>(other);
  const say = words.value.profile;
  const shut = (): void => {
    mergeAsked.value = null;
  };
  return (
    <Dialog label={say.mergeTitle} class="sheet merge" onClose={shut}>
      <div class="sheet-inner">
        <header>
          <h2>{say.mergeTitle}</h2>
          <button type="button" class="icon-button" aria-label={words.value.close} onClick={shut}>
            <CloseIcon />
          </button>
        </header>
        <p class="quiet">{say.mergeIntro}</p>
        {chosen === null ? (
          <Finder thread={thread} onChoose={choose} />
        ) : (
          <Preview shown={thread.profile.value!.id} other={chosen} onBack={() => choose(null)} onDone={shut} />
        )}
      </div>
    </Dialog>
  );
}

function Finder({ thread, onChoose }: { thread: Thread; onChoose: (id: string) => void }) {
  const say = words.value.profile;
  const profile = thread.profile.value!;
  const [q, setQ] = useState("");
  const [found, setFound] = useState<readonly VisitorSummary[] | null>(null);
  const [problem, setProblem] = useState("");
  const text = q.trim();
  useEffect(() => {
    if (text.length < 2) {
      setFound(null);
      return;
    }
    let isOld = false;
    const timer = setTimeout(() => {
      findVisitors(text)
        .then((rows) => isOld || (setFound(rows.filter((one) => one.id !== profile.id)), setProblem("")))
        .catch((error) => isOld || setProblem(explain(error)));
    }, SEARCH_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text]);
  const suggested = profile.duplicates ?? [];
  const rows = found ?? suggested;
  return (
    <>
      <label class="palette-search">
        <SearchIcon />
        <input type="search" autofocus value={q} placeholder={say.mergeSearch} aria-label={say.mergeSearch} onInput={(event) => setQ(event.currentTarget.value)} />
      </label>
      {problem && <p class="fact-problem" role="alert">{problem}</p>}
      <div class="merge-found" aria-live="polite">
        {!found && suggested.length > 0 && <h3>{say.mergeSuggested}</h3>}
        {found && !found.length && <p class="quiet">{say.mergeNobody}</p>}
        {!found && !suggested.length && <p class="quiet">{say.mergeType}</p>}
        <ul>
          {rows.map((one) => (
            <li key={one.id}>
              <button type="button" class="merge-choice" onClick={() => onChoose(one.id)}>
                <Person one={one} />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Person({ one }: { one: VisitorSummary }) {
  const say = words.value;
  const name = visitorName(one, say);
  const known = [one.email, one.phone].filter(Boolean).join(" · ");
  return (
    <>
      <Avatar id={one.id} name={name} isOnline={one.online} />
      <span class="merge-person">
        <strong>
          <bdi>{name}</bdi>
          {one.identified && <VerifiedIcon />}
          {one.identified && <span class="kf-sr">{say.identified}</span>}
        </strong>
        {known && <bdi>{known}</bdi>}
        <span>{say.profile.conversationsOf(one.conversations)}</span>
      </span>
    </>
  );
}

interface PreviewProps {
  shown: string;
  other: string;
  onBack: () => void;
  onDone: () => void;
}

function Preview({ shown, other, onBack, onDone }: PreviewProps) {
  const say = words.value;
  const [pair, setPair] = useState<{ from: string; into: string }>({ from: other, into: shown });
  const [preview, setPreview] = useState<MergePreview | null>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [wasChosen, setChosen] = useState(false);
  useEffect(() => {
    let isOld = false;
    previewMerge(pair.from, pair.into)
      .then((found) => {
        if (isOld) return;
        const [one, two] = found.into.id === shown ? [found.into, found.from] : [found.from, found.into];
        const kept = keptOf(one, two).id;
        if (!wasChosen && kept !== pair.into) setPair({ from: pair.into, into: kept });
        else setPreview(found);
      })
      .catch((error) => isOld || setProblem(explain(error)));
    return () => {
      isOld = true;
    };
  }, [pair.from, pair.into]);
  const swap = (): void => {
    setChosen(true);
    setPair({ from: pair.into, into: pair.from });
  };
  const merge = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const kept = await mergeVisitors(pair.from, pair.into);
      showToast({ kind: "done", text: say.profile.mergeDone(visitorName(kept, say)) });
      onDone();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  if (!preview) return <p class="quiet merge-wait" role="status">{problem || say.loading}</p>;
  return (
    <form onSubmit={merge}>
      <div class="merge-pair">
        <figure class="merge-card"><figcaption>{say.profile.mergeGoes}</figcaption><Person one={preview.from} /></figure>
        <button type="button" class="icon-button" aria-label={say.profile.mergeSwap} data-tip={say.profile.mergeSwap} onClick={swap}>
          <SwitchIcon />
        </button>
        <figure class="merge-card is-kept"><figcaption>{say.profile.mergeStays}</figcaption><Person one={preview.into} /></figure>
      </div>
      <Consequences preview={preview} />
      {problem && <p class="fact-problem" role="alert">{problem}</p>}
      <div class="form-actions">
        <button type="button" class="button" onClick={onBack}>{say.profile.mergeBack}</button>
        <button type="submit" class="button button-primary" disabled={isBusy || preview.refusal !== null}>{say.profile.mergeConfirm}</button>
      </div>
    </form>
  );
}

function Consequences({ preview }: { preview: MergePreview }) {
  const say = words.value.profile;
  const { from, into } = preview;
  if (preview.refusal) return <p class="merge-warning" role="alert"><AlertIcon /><span>{say.mergeRefusals[preview.refusal] ?? words.value.errors.conflict}</span></p>;
  const warnings = [
    preview.closes && say.mergeCloses,
    from.online && say.mergeEnds(visitorName(from, words.value)),
    !from.identified && !into.identified && say.mergeUnproven,
  ].filter(Boolean);
  return (
    <>
      <p class="merge-moves">{say.mergeMoves(preview.conversations, preview.page_views, preview.notes)}</p>
      {warnings.map((text) => (
        <p class="merge-warning" key={text as string}><AlertIcon /><span>{text}</span></p>
      ))}
    </>
  );
}
