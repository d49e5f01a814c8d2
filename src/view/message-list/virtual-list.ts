/**
 * A scrolling list in which only the rows near what is in view have elements; spacers stand for the others. It keeps its
 * place: at the bottom it is pinned there, and new rows scroll into view. Anywhere else a row stays where it is, whatever
 * is added, removed or changes its height above it.
 *
 * The scrolling element contains an `ol`, whose items have their row's index in `data-index`, and the row as last child.
 */
import { rowAt, RowHeights } from "./row-heights.ts";

/** The list counts as at the bottom within this distance of it. All are in pixels. */
const BOTTOM_PX = 48;
/** A row that the list stops at is put this far below the top edge, so that it is seen what it follows. */
const STOP_PX = 96;
/** Rows have elements this far from what is in view: generous, as the browser searches and announces in elements alone. */
const SHOWN_PX = 1_500;
/** Rows that come this close without an element get one. */
const NEEDED_PX = 500;

/** What is drawn: a row, or the space of the rows that have no element. */
export type Piece = { index: number } | { key: string; height: number };

/** A row that stays where it is: the distance of its top edge from that of the box, in pixels. */
export interface HeldRow {
  key: string;
  top: number;
}

interface Row {
  key: string;
}

export class VirtualList {
  /** The element that scrolls; null before the list is in the document. */
  box: HTMLElement | null = null;
  /** How far down the box is on screen, from its top edge: not to its end, maybe, on a page that scrolls. 0 while unknown. */
  heightOnScreen = 0;
  /** The key of a row that the list never scrolls past by itself, although it is pinned. */
  stopAt: string | undefined;
  /** Called when the list may have another place than before, or shows more of its rows. */
  onMoved: () => void = () => {};
  readonly #onChange: () => void;
  readonly #heights = new RowHeights();
  #rows: readonly Row[] = [];
  #tops: readonly number[] = [0];
  /** The first and the last row that have elements. */
  #shown: { first: string; last: string } | undefined;
  /** Undefined at the bottom. */
  #held: HeldRow | undefined;
  /** Where the list was put last: if it is elsewhere, the user has scrolled. Undefined before it was put anywhere. */
  #putAt: number | undefined;

  /** `onChange` is called when `pieces` are to be drawn again. The list begins at `place`; without one, at its bottom. */
  constructor(onChange: () => void, place?: HeldRow) {
    this.#onChange = onChange;
    this.#held = place;
  }

  /** The row that stays where it is; undefined at the bottom. */
  get place(): HeldRow | undefined {
    return this.#held;
  }

  /** The last row whose bottom edge is on screen; -1 if there is none. */
  get lastInView(): number {
    const height = Math.min(this.box?.clientHeight ?? 0, this.heightOnScreen);
    if (height <= 0) return -1;
    const index = this.indexAt(height);
    return this.bottomOf(index) <= height + 1 ? index : index - 1;
  }

  /** Whether the list is at its bottom, and stays there. */
  get isPinned(): boolean {
    return this.#held === undefined;
  }

  /** What to draw for these rows, from top to bottom; those in `kept` have elements wherever they are. */
  pieces(rows: readonly Row[], kept: ReadonlySet<string>): Piece[] {
    // With the rows as they still are in the document.
    this.#noticeScroll();
    this.#rows = rows;
    this.#tops = this.#heights.tops(rows);
    const [first, end] = this.#range();
    this.#shown = rows[first] && { first: rows[first].key, last: rows[end - 1]?.key ?? rows[first].key };
    const pieces: Piece[] = [];
    let drawnTo = 0;
    for (const [index, { key }] of rows.entries()) {
      if ((index < first || index >= end) && !kept.has(key)) continue;
      if (index > drawnTo) pieces.push(this.#spacer(drawnTo, index));
      pieces.push({ index });
      drawnTo = index + 1;
    }
    if (rows.length > drawnTo) pieces.push(this.#spacer(drawnTo, rows.length));
    return pieces;
  }

  /** To be called when the pieces have been drawn, and whenever the box or anything in it has changed its height. */
  settle(): void {
    if (!this.box) return;
    this.#noticeScroll();
    const heights = new Map<string, number>();
    for (const item of this.box.querySelectorAll<HTMLElement>("[data-index]")) {
      const row = this.#rows[Number(item.dataset["index"])];
      if (row) heights.set(row.key, item.getBoundingClientRect().height);
    }
    if (this.#heights.measure(heights)) this.#tops = this.#heights.tops(this.#rows);
    this.#keepPlace();
  }

  /** To be called at each scroll event. */
  scrolled(): void {
    if (this.#noticeScroll()) this.#moved();
  }

  /** Scrolls to the bottom, and stays there. */
  pin(): void {
    this.#held = undefined;
    this.#keepPlace();
  }

  /** Scrolls a row to a distance from the top edge of the box, and keeps it there. */
  hold(index: number, top: number): void {
    const row = this.#rows[index];
    if (!row) return;
    this.#held = { key: row.key, top };
    this.#keepPlace();
  }

  /** Scrolls a row to the middle of the box. */
  centre(index: number): void {
    const space = (this.box?.clientHeight ?? 0) - (this.bottomOf(index) - this.topOf(index));
    this.hold(index, Math.max(0, space / 2));
  }

  /**
   * The distance of a row's top edge from that of the box; negative above it. What is above the row in its item, such as
   * its day, is not part of it: that may go when older rows are loaded. Estimated where the row has no element.
   */
  topOf(index: number): number {
    const row = this.#itemOf(index)?.lastElementChild;
    if (!this.box || !row) return (this.#tops[index] ?? 0) - this.#scrolledPast();
    return row.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
  }

  /** The distance of a row's bottom edge from the top edge of the box. */
  bottomOf(index: number): number {
    return (this.#tops[index + 1] ?? 0) - this.#scrolledPast();
  }

  /** The row at a distance from the top edge of the box; the nearest one where there is none. */
  indexAt(distance: number): number {
    return rowAt(this.#tops, distance + this.#scrolledPast());
  }

  /** Where the user has scrolled to is the new place, also before the event of it. Returns whether they have. */
  #noticeScroll(): boolean {
    const { box } = this;
    if (!box || this.#putAt === undefined || Math.abs(box.scrollTop - this.#putAt) < 1) return false;
    const isAtBottom = box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_PX;
    const index = this.indexAt(0);
    const row = this.#rows[index];
    this.#held = isAtBottom || !row ? undefined : { key: row.key, top: this.topOf(index) };
    this.#putAt = box.scrollTop;
    return true;
  }

  #keepPlace(): void {
    const { box } = this;
    if (!box) return;
    if (!this.#held) {
      box.scrollTop = box.scrollHeight;
      const stop = this.#indexOf(this.stopAt);
      if (stop >= 0 && this.topOf(stop) < 0) this.#held = { key: this.stopAt ?? "", top: STOP_PX };
    }
    const index = this.#indexOf(this.#held?.key);
    if (this.#held && index >= 0) box.scrollTop += this.topOf(index) - this.#held.top;
    this.#putAt = box.scrollTop;
    this.#moved();
  }

  #moved(): void {
    this.#drawIfNeeded();
    this.onMoved();
  }

  #drawIfNeeded(): void {
    const [first, end] = this.#range();
    const isDrawn =
      this.#rows[first]?.key === this.#shown?.first && this.#rows[end - 1]?.key === this.#shown?.last;
    if (!isDrawn) this.#onChange();
  }

  /** The first row that is to have an element, and the one after the last: those that have, unless more are needed. */
  #range(): [first: number, end: number] {
    const [top, bottom] = this.#inView();
    const shownFirst = this.#indexOf(this.#shown?.first);
    const shownLast = this.#indexOf(this.#shown?.last);
    const isEnough =
      shownFirst >= 0 &&
      shownFirst <= rowAt(this.#tops, top - NEEDED_PX) &&
      shownLast >= rowAt(this.#tops, bottom + NEEDED_PX);
    if (isEnough) return [shownFirst, shownLast + 1];
    if (this.#rows.length === 0) return [0, 0];
    return [rowAt(this.#tops, top - SHOWN_PX), rowAt(this.#tops, bottom + SHOWN_PX) + 1];
  }

  /** What is in view once the list is in its place, as distances from the top edge of the first row. */
  #inView(): [top: number, bottom: number] {
    const height = this.box?.clientHeight ?? innerHeight;
    const total = this.#tops.at(-1) ?? 0;
    const index = this.#indexOf(this.#held?.key);
    if (!this.#held) return [total - height, total];
    const top = index < 0 ? this.#scrolledPast() : (this.#tops[index] ?? 0) - this.#held.top;
    return [top, top + height];
  }

  #indexOf(key: string | undefined): number {
    return key === undefined ? -1 : this.#rows.findIndex((row) => row.key === key);
  }

  /** How far the top edge of the first row is above that of the box. */
  #scrolledPast(): number {
    return this.box ? this.box.scrollTop - (this.box.querySelector("ol")?.offsetTop ?? 0) : 0;
  }

  #itemOf(index: number): Element | null | undefined {
    return this.box?.querySelector(`[data-index="${index}"]`);
  }

  #spacer(from: number, to: number): Piece {
    return {
      key: `space ${to === this.#rows.length ? "below" : this.#rows[to]?.key}`,
      height: (this.#tops[to] ?? 0) - (this.#tops[from] ?? 0),
    };
  }
}
