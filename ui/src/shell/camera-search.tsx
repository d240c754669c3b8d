// Finds a camera by name: `/` puts the cursor here, Enter opens the first that fits.
import { useRef, useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { Icon } from "../parts/icon.tsx";
import { navigate } from "../router.ts";
import { cameras } from "../state/recorder.ts";
import { STATUS_TEXT } from "../state/roles.ts";
import { useShortcuts } from "../state/shortcuts.ts";

/** The field in the bar. */
export function CameraSearch() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useShortcuts(
    () => [{ keys: ["/"], shown: "/", text: "keys.search", run: () => input.current?.focus() }],
    [],
  );
  const wanted = text.trim().toLowerCase();
  const found =
    wanted === ""
      ? []
      : (cameras.value ?? [])
          .filter((one) => `${one.name} ${one.id}`.toLowerCase().includes(wanted))
          .slice(0, 8);
  const open = (id: string): void => {
    setText("");
    input.current?.blur();
    navigate("live", { camera: id });
  };
  return (
    <search class="search">
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="search"
        list={undefined}
        // biome-ignore lint/a11y/noRedundantRoles: a search field is a combobox only while it offers a list
        role="combobox"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        aria-expanded={found.length > 0}
        aria-controls="search-found"
        aria-autocomplete="list"
        aria-activedescendant={found[at] === undefined ? undefined : `found-${found[at].id}`}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const chosen = found[at];
          if (event.key === "Enter" && chosen !== undefined) open(chosen.id);
          else if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
          else if (event.key === "Escape") {
            setText("");
            input.current?.blur();
          }
        }}
      />
      <kbd>/</kbd>
      {wanted === "" ? null : (
        <ul id="search-found" class="search-found">
          {found.length === 0 ? <li class="muted">{t("search.nothing")}</li> : null}
          {found.map((camera, index) => (
            <li key={camera.id} id={`found-${camera.id}`}>
              <button type="button" class={index === at ? "on" : ""} onClick={() => open(camera.id)}>
                <i class={`dot dot-${camera.state.status}`} aria-hidden="true" />
                <span class="found-name">{camera.name}</span>
                <small class="muted">{t(STATUS_TEXT[camera.state.status])}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}
