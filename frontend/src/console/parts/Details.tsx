// The context pane: who the visitor is, where they are, what your site knows of them, what was before.
import { useEffect, useRef } from "preact/hooks";
import { CloseIcon, ExternalIcon, GlobeIcon, MailIcon, PhoneIcon, UserIcon, VerifiedIcon } from "../../design/icons";
import { now } from "../state/clock";
import { currentThread } from "../state/desk";
import { hideDetails, isDetailsOver, isDetailsShown, isWide } from "../state/layout";
import { conversationPath, go } from "../state/route";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { fullTime, languageName, shortTime, span } from "../words/times";
import type { Profile, Row } from "../wire";
import { Avatar } from "./Avatar";
import { ProfileField } from "./ProfileField";

const HOUR_MS = 3_600_000;

export function Details() {
  const thread = currentThread.value;
  if (!thread || !isDetailsShown.value || thread.isInTrouble) return null;
  const row = thread.row.value;
  const isOver = isDetailsOver.value && !isWide.value;
  return (
    <>
      {isOver && <div class="scrim" onClick={hideDetails} />}
      <DetailsPane isOver={isOver}>
        {row ? <Known thread={thread} row={row} /> : <DetailsSkeleton />}
      </DetailsPane>
    </>
  );
}

function DetailsPane({ isOver, children }: { isOver: boolean; children: preact.ComponentChildren }) {
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOver) pane.current?.focus();
  }, [isOver]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !isOver) return;
    event.stopPropagation();
    hideDetails();
  };
  return (
    <aside class={`details${isOver ? " is-over" : ""}`} aria-label={words.value.details} tabIndex={-1} ref={pane} onKeyDown={onKeyDown}>
      <header class="details-head">
        <h2>{words.value.details}</h2>
        <button type="button" class="icon-button details-close" aria-label={words.value.hideDetails} onClick={hideDetails}>
          <CloseIcon />
        </button>
      </header>
      <div class="details-body">{children}</div>
    </aside>
  );
}

function Known({ thread, row }: { thread: Thread; row: Row }) {
  const profile = thread.profile.value;
  const say = words.value;
  const name = visitorName(row.visitor, say);
  return (
    <>
      <div class="person">
        <Avatar id={row.visitor.id} name={name} size="l" isOnline={row.visitor.online === true} />
        <div class="person-text">
          <h3 title={name}>{name}</h3>
          <p>{row.visitor.online ? say.online : lastSeen(profile)}</p>
        </div>
      </div>
      <Identity isKnown={row.visitor.identified} />
      {profile ? <ProfileSections thread={thread} profile={profile} /> : <DetailsSkeleton />}
    </>
  );
}

function lastSeen(profile: Profile | null): string {
  const say = words.value;
  if (!profile?.last_seen_ts) return say.offlineNow;
  const age = now.value - profile.last_seen_ts;
  if (age < HOUR_MS) return say.offlineSince(span(age, locale.value), true);
  return say.offlineSince(shortTime(profile.last_seen_ts, now.value, locale.value), false);
}

function Identity({ isKnown }: { isKnown: boolean }) {
  const say = words.value;
  return (
    <div class={`identity${isKnown ? " is-known" : ""}`}>
      {isKnown ? <VerifiedIcon /> : <UserIcon />}
      <div>
        <strong>{isKnown ? say.identified : say.notIdentified}</strong>
        <span>{isKnown ? say.identifiedHint : say.notIdentifiedHint}</span>
      </div>
    </div>
  );
}

function ProfileSections({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value;
  return (
    <>
      <dl class="facts">
        <ProfileField thread={thread} field="name" icon={UserIcon} label={say.name} type="text" />
        <ProfileField thread={thread} field="email" icon={MailIcon} label={say.email} type="email" />
        <ProfileField thread={thread} field="phone" icon={PhoneIcon} label={say.phone} type="tel" />
        {profile.locale && (
          <div class="fact-row">
            <dt title={say.language}><GlobeIcon /><span class="kf-sr">{say.language}</span></dt>
            <dd>{languageName(profile.locale, locale.value)}</dd>
          </div>
        )}
      </dl>
      <PageSection profile={profile} />
      <AttributesSection profile={profile} />
      <FormerSection profile={profile} />
    </>
  );
}

/** What a visitor's browser told is not trusted: only web addresses become links. */
const isWebAddress = (url: string): boolean => /^https?:\/\//i.test(url);

function PageSection({ profile }: { profile: Profile }) {
  const say = words.value;
  const { page } = profile;
  return (
    <section class="section">
      <h3>{say.page}</h3>
      {page?.url ? (
        <div class="page">
          {page.title && <bdi class="page-title">{page.title}</bdi>}
          {isWebAddress(page.url) ? (
            <a href={page.url} target="_blank" rel="noopener noreferrer nofollow" title={page.url}>
              <bdi>{page.url.replace(/^https?:\/\//i, "")}</bdi>
              <ExternalIcon />
            </a>
          ) : (
            <bdi>{page.url}</bdi>
          )}
        </div>
      ) : (
        <p class="quiet">{say.noPage}</p>
      )}
    </section>
  );
}

function AttributesSection({ profile }: { profile: Profile }) {
  const say = words.value;
  const known = Object.entries(profile.attributes ?? {});
  const all: [string, unknown][] = profile.external_id ? [[say.customerId, profile.external_id], ...known] : known;
  return (
    <section class="section">
      <h3>{say.attributes}</h3>
      {all.length ? (
        <dl class="attributes">
          {all.map(([key, value]) => (
            <div key={key}>
              <dt title={key}>{key}</dt>
              <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p class="quiet">{say.noAttributes}</p>
      )}
    </section>
  );
}

function FormerSection({ profile }: { profile: Profile }) {
  const say = words.value;
  return (
    <section class="section">
      <h3>{say.former}</h3>
      {!profile.former?.length && <p class="quiet">{say.noFormer}</p>}
      <ul class="former">
        {profile.former?.map((one) => (
          <li key={one.id}>
            <a href={conversationPath(one.id)} onClick={(event) => openFormer(event, one.id)}>
              <span class="former-text">{one.preview || say.noText}</span>
              <span class="former-meta">
                {say.status[one.status]}
                <time dateTime={new Date(one.created_ts).toISOString()} title={fullTime(one.created_ts, locale.value)}>
                  {shortTime(one.created_ts, now.value, locale.value)}
                </time>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function openFormer(event: MouseEvent, id: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  isDetailsOver.value = false;
  go({ conversation: id });
}

function DetailsSkeleton() {
  return (
    <div class="details-skeleton" aria-hidden="true">
      {[70, 88, 52, 64].map((width) => (
        <span key={width} class="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
