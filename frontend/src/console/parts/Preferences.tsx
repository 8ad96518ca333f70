// How the console looks and sounds for this person in this browser. Everything holds at once; nothing is to be saved.
import { CloseIcon } from "../../design/icons";
import { BELL_EVENTS, type BellEvent } from "../state/bell";
import { askPermission, bellChoices, chooseBell, chooseVolume, permission, volume } from "../state/notify";
import { chooseDensity, chooseLocale, chooseTheme, DENSITIES, density, theme, THEMES } from "../state/preferences";
import { isSettingsOpen } from "../state/shortcuts";
import { play } from "../state/sound";
import { locale, LOCALES, words } from "../words";
import { Dialog } from "./Dialog";

export function Preferences() {
  const say = words.value;
  const shut = (): void => void (isSettingsOpen.value = false);
  return (
    <Dialog label={say.preferences} class="sheet preferences" onClose={shut}>
      <div class="sheet-inner">
        <header>
          <h2>{say.preferences}</h2>
          <button type="button" class="icon-button" aria-label={say.close} onClick={shut}>
            <CloseIcon />
          </button>
        </header>
        <Choices label={say.languageOfConsole} name="locale" chosen={locale.value} options={LOCALES.map(({ code, name }) => [code, name])} onChoose={chooseLocale} />
        <Choices label={say.theme} name="theme" chosen={theme.value} options={THEMES.map((one) => [one, say.themes[one]])} onChoose={chooseTheme} />
        <Choices label={say.density} name="density" chosen={density.value} options={DENSITIES.map((one) => [one, say.densities[one]])} onChoose={chooseDensity} />
        <Bells />
        <Volume />
      </div>
    </Dialog>
  );
}

interface ChoicesProps<T extends string> {
  label: string;
  name: string;
  chosen: T;
  options: readonly (readonly [T, string])[];
  onChoose: (choice: T) => void;
}

function Choices<T extends string>({ label, name, chosen, options, onChoose }: ChoicesProps<T>) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      <div class="segments">
        {options.map(([value, text]) => (
          <label key={value} class="segment">
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Bells() {
  const say = words.value;
  return (
    <section aria-label={say.notifications}>
      <table class="bells">
        <caption class="kf-sr">{say.notifications}</caption>
        <thead>
          <tr>
            <th scope="col">{say.notifications}</th>
            <th scope="col">{say.sound}</th>
            <th scope="col">{say.desktop}</th>
          </tr>
        </thead>
        <tbody>
          {BELL_EVENTS.map((event) => (
            <BellRow key={event} event={event} />
          ))}
        </tbody>
      </table>
      <PermissionLine />
    </section>
  );
}

function BellRow({ event }: { event: BellEvent }) {
  const label = words.value.bellEvents[event];
  const choice = bellChoices.value[event];
  const say = words.value;
  return (
    <tr>
      <th scope="row">{label}</th>
      {(["sound", "desktop"] as const).map((way) => (
        <td key={way}>
          <input
            type="checkbox"
            aria-label={`${label}: ${say[way]}`}
            checked={choice[way]}
            onChange={(change) => {
              const on = change.currentTarget.checked;
              chooseBell(event, { [way]: on });
              if (on && way === "sound") play(event, volume.peek());
              if (on && way === "desktop" && permission.peek() === "default") void askPermission();
            }}
          />
        </td>
      ))}
    </tr>
  );
}

function PermissionLine() {
  const say = words.value;
  const state = permission.value;
  if (state === "granted") return <p class="quiet">{say.desktopAllowed}</p>;
  return (
    <p class="quiet permission">
      <span>{state === "default" ? say.desktopAsk : state === "denied" ? say.desktopDenied : say.desktopMissing}</span>
      {state === "default" && (
        <button type="button" class="button" onClick={() => void askPermission()}>
          {say.allow}
        </button>
      )}
    </p>
  );
}

function Volume() {
  const say = words.value;
  return (
    <label class="volume">
      <span>{say.volume}</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.1}
        value={volume.value}
        style={{ "--level": `${volume.value * 100}%` }}
        onInput={(event) => chooseVolume(Number(event.currentTarget.value))}
        onChange={() => play("message", volume.peek())}
      />
    </label>
  );
}
