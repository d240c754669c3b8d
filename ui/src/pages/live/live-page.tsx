// Live: a grid of 1, 4, 9 or 16 cameras, page by page, or one camera large. All of it stands in the address.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { EmptyPage, IconButton, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { lazyPart } from "../../parts/lazy-page.tsx";
import { followLink, href, navigate, place, replaceQuery } from "../../router.ts";
import {
  figuresShown,
  fittingGrid,
  type GridSize,
  grid,
  gridSize,
  wallName,
} from "../../state/preferences.ts";
import { cameras, camerasAsked, camerasError, mayAdminister, refreshCameras } from "../../state/recorder.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { Tile, type TileActions } from "./tile.tsx";
import { WallButton } from "./wall-button.tsx";

const WallPopups = lazyPart(async () => (await import("./wall-popups.tsx")).WallPopups);

/** How often the recorder's figures are asked for while they are shown. */
const FIGURES_MS = 5_000;

/** The page. */
export function LivePage() {
  const query = place.value.query;
  const all = cameras.value ?? [];
  const size = gridSize(query.get("grid")) ?? grid.value ?? fittingGrid(all.length);
  const large = all.find((one) => one.id === query.get("camera"));
  const pages = Math.max(1, Math.ceil(all.length / size));
  const page = Math.min(pages, Math.max(1, Number(query.get("page") ?? 1) || 1));
  const shown = large === undefined ? all.slice((page - 1) * size, page * size) : [large];
  const focused = useRef<TileActions | undefined>(undefined);
  const wall = useRef<HTMLDivElement>(null);
  const choose = (id: string | undefined): void =>
    navigate("live", { ...Object.fromEntries(query), camera: id });
  const wallFullScreen = (): void => {
    const done =
      document.fullscreenElement === null ? wall.current?.requestFullscreen() : document.exitFullscreen();
    void done?.catch(() => undefined);
  };
  const ids = all.map((one) => one.id).join();
  // Some of the figures are the recorder's own, which it tells when it is asked.
  useEffect(() => {
    if (!figuresShown.value) return;
    void refreshCameras();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void refreshCameras();
    }, FIGURES_MS);
    return () => clearInterval(timer);
  }, [figuresShown.value]);

  useShortcuts(
    () => [
      {
        keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        shown: "1 … 9",
        text: "keys.camera",
        run: (event) => {
          const camera = all[Number(event.key) - 1];
          if (camera !== undefined) choose(camera.id === large?.id ? undefined : camera.id);
        },
      },
      { keys: ["escape"], shown: "Esc", text: "keys.grid", run: () => choose(undefined) },
      { keys: ["s"], shown: "S", text: "keys.snapshot", run: () => focused.current?.snapshot() },
      { keys: ["r"], shown: "R", text: "keys.record", run: () => focused.current?.record() },
      { keys: ["m"], shown: "M", text: "keys.sound", run: () => focused.current?.sound() },
      {
        keys: ["f"],
        shown: "F",
        text: "keys.fullscreen",
        run: () => (large === undefined ? wallFullScreen() : focused.current?.fullScreen()),
      },
      {
        keys: ["i"],
        shown: "I",
        text: "keys.figures",
        run: () => {
          figuresShown.value = !figuresShown.value;
        },
      },
      {
        keys: ["enter"],
        shown: "Enter",
        text: "keys.large",
        run: () => {
          const id = document.activeElement?.closest("[data-camera]")?.getAttribute("data-camera");
          if (id !== null && id !== undefined) choose(id === large?.id ? undefined : id);
        },
      },
    ],
    [ids, large?.id, place.value],
  );

  if (cameras.value === undefined) {
    return camerasError.value === undefined ? (
      <div class="live">
        <div class="head">
          <h1>{t("live.title")}</h1>
        </div>
        <div class={`wall wall-${size}`} role="status" aria-label={t("loading")}>
          {Array.from({ length: size }, (_, index) => (
            <div key={index} class="tile skeleton" />
          ))}
        </div>
      </div>
    ) : (
      <AwaitedPage title={t("live.title")} of={camerasAsked.value} />
    );
  }
  if (all.length === 0) {
    return (
      <EmptyPage icon="cameras" title={t("live.empty.title")} text={t("live.empty.text")}>
        {mayAdminister.value ? (
          <a class="button primary" href={href("cameras/new")} onClick={followLink}>
            {t("cameras.add")}
          </a>
        ) : null}
      </EmptyPage>
    );
  }
  return (
    <div class="live">
      <div class="head">
        <h1>{large === undefined ? t("live.title") : large.name}</h1>
        {large === undefined ? (
          <Segmented<GridSize>
            label={t("live.grid")}
            value={size}
            choices={([1, 4, 9, 16] as const).map((value) => ({
              value,
              text: String(value),
              hint: t("live.gridOf", { count: value }),
            }))}
            onChoose={(value) => {
              grid.value = value;
              replaceQuery({ grid: String(value), page: undefined });
            }}
          />
        ) : (
          <button
            type="button"
            class="button ghost back"
            aria-label={t("live.back")}
            title={t("live.back")}
            onClick={() => choose(undefined)}
          >
            <Icon name="left" />
            <span class="wide-only">{t("live.back")}</span>
          </button>
        )}
        {pages > 1 && large === undefined ? (
          <div class="pager">
            <IconButton
              icon="left"
              label={t("pager.previous")}
              disabled={page === 1}
              onClick={() => replaceQuery({ page: String(page - 1) })}
            />
            <span>{t("pager.page", { page, pages })}</span>
            <IconButton
              icon="right"
              label={t("pager.next")}
              disabled={page === pages}
              onClick={() => replaceQuery({ page: String(page + 1) })}
            />
          </div>
        ) : null}
        <div class="spring" />
        {large === undefined ? null : (
          <a class="button ghost" href={href("playback", { camera: large.id })} onClick={followLink}>
            <Icon name="playback" />
            <span class="wide-only">{t("nav.playback")}</span>
          </a>
        )}
        <button
          type="button"
          class="button ghost"
          aria-pressed={figuresShown.value}
          title={t("keys.figures")}
          onClick={() => {
            figuresShown.value = !figuresShown.value;
          }}
        >
          <Icon name="bars" />
          <span class="wide-only">{t("live.figures")}</span>
        </button>
        <WallButton />
        <button type="button" class="button" onClick={wallFullScreen} title={t("fullscreen")}>
          <Icon name="fullscreen" />
          <span class="wide-only">{t("fullscreen")}</span>
          <kbd class="wide-only">F</kbd>
        </button>
      </div>
      <div class={`wall wall-${large === undefined ? size : 1}`} ref={wall}>
        {shown.map((camera) => (
          <Tile
            key={camera.id}
            camera={camera}
            large={large !== undefined || size === 1}
            onLarge={() => choose(large === undefined ? camera.id : undefined)}
            onFocus={(actions) => {
              focused.current = actions;
            }}
          />
        ))}
        {large === undefined
          ? Array.from({ length: Math.max(0, size - shown.length) }, (_, index) => (
              <div key={`empty-${index}`} class="tile tile-empty" aria-hidden="true" />
            ))
          : null}
      </div>
      {wallName.value === undefined ? null : <WallPopups name={wallName.value} />}
    </div>
  );
}
