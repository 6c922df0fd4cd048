import { wishes, wishNames, type WishName } from './wish.js';

const command = /`drawbridge run SYNC (--[^`]+)`/g;

/** The options that an advice tells to run the sync with: those of commands that it spells out, in its order. */
export function advisedWishes(advice: string): WishName[] {
  const advised = [...advice.matchAll(command)].map(([, options = '']) =>
    wishNames.find((name) => `${options} `.startsWith(`${wishes[name].flag} `)),
  );
  return [...new Set(advised)].filter((name) => name !== undefined);
}
