import { describe, expect, it } from "vitest";
import { menuPosition } from "../../src/view/menu-position.ts";

const MENU = { width: 270, height: 190 };
const WINDOW = { width: 1280, height: 800 };
const button = (left: number, top: number) => ({ left, top, width: 44, height: 44 });

describe("a menu", () => {
  it("is below its button, at its left edge", () => {
    expect(menuPosition(button(400, 100), MENU, WINDOW)).toEqual({ left: 400, top: 148 });
  });

  it("is above its button near the bottom, and at its right edge near the right", () => {
    expect(menuPosition(button(1200, 700), MENU, WINDOW)).toEqual({ left: 974, top: 506 });
  });

  it("is beside its button in a low window, within it, and never on the button", () => {
    const low = { width: 1280, height: 240 };
    expect(menuPosition(button(400, 120), MENU, low)).toEqual({ left: 448, top: 42 });
    expect(menuPosition(button(1200, 120), MENU, low)).toEqual({ left: 926, top: 42 });
  });

  it("begins at the edge of a window that is too small for it", () => {
    expect(menuPosition(button(100, 50), MENU, { width: 200, height: 150 })).toEqual({ left: 8, top: 8 });
  });
});
