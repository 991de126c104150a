/** The shell's own texts: frame, building blocks, errors. A view's are in its `texts.ts`. */

import { el } from "./el";
import { en } from "./en";
import { ru } from "./ru";
import { texts } from "./texts";

export const shell = texts({ en, el, ru });
