/** The desk's views, each in a chunk of its own: one line here, one folder under `views/`. */

import type { ComponentType } from "preact";
import { Box, Cash } from "../ui/icons";
import type { shell } from "./i18n/messages";
import { match, type Params } from "./router";
import type { Role } from "./session";
import {
  Answers,
  Audit,
  Cases,
  Couriers,
  Held,
  Import,
  People,
  Promises,
  Pulse,
  Shop,
  Talk,
  Today,
} from "./ui/icons";

export interface ViewProps {
  /** Of the address: `/desk/shipments/:id` gives `id`. */
  params: Params;
}

export interface View {
  name: string;
  path: string;
  /** Its title, of the shell's texts. */
  title: keyof ReturnType<typeof shell>["nav"];
  /** What it takes to open it. */
  needs: Role;
  /** Stands in the navigation under this icon; without one it is reached from another view. */
  icon?: ComponentType;
  /** After `g`, the key that opens it. */
  key?: string;
  load: () => Promise<{ default: ComponentType<ViewProps> }>;
}

export const VIEWS: readonly View[] = [
  {
    name: "today",
    path: "/desk",
    title: "today",
    needs: "reader",
    icon: Today,
    key: "t",
    load: () => import("./views/today"),
  },
  {
    name: "shipments",
    path: "/desk/shipments",
    title: "shipments",
    needs: "reader",
    icon: Box,
    key: "s",
    load: () => import("./views/shipments"),
  },
  {
    name: "shipment",
    path: "/desk/shipments/:id",
    title: "shipments",
    needs: "reader",
    load: () => import("./views/shipment"),
  },
  {
    name: "couriers",
    path: "/desk/couriers",
    title: "couriers",
    needs: "reader",
    icon: Couriers,
    key: "c",
    load: () => import("./views/couriers"),
  },
  {
    name: "courier",
    path: "/desk/couriers/:id",
    title: "couriers",
    needs: "reader",
    load: () => import("./views/couriers/courier"),
  },
  {
    name: "cash",
    path: "/desk/cash",
    title: "cash",
    needs: "reader",
    icon: Cash,
    key: "m",
    load: () => import("./views/cash"),
  },
  {
    name: "cases",
    path: "/desk/cases",
    title: "cases",
    needs: "reader",
    icon: Cases,
    key: "o",
    load: () => import("./views/cases"),
  },
  {
    name: "answers",
    path: "/desk/answers",
    title: "answers",
    needs: "reader",
    icon: Answers,
    key: "r",
    load: () => import("./views/answers"),
  },
  {
    name: "promises",
    path: "/desk/promises",
    title: "promises",
    needs: "reader",
    icon: Promises,
    key: "w",
    load: () => import("./views/promises"),
  },
  {
    name: "shops",
    path: "/desk/shops",
    title: "shops",
    needs: "reader",
    icon: Shop,
    key: "h",
    load: () => import("./views/shops"),
  },
  {
    name: "shop",
    path: "/desk/shops/:id",
    title: "shops",
    needs: "reader",
    load: () => import("./views/shops/shop"),
  },
  {
    name: "held",
    path: "/desk/held",
    title: "held",
    needs: "reader",
    icon: Held,
    key: "n",
    load: () => import("./views/notices"),
  },
  {
    name: "strays",
    path: "/desk/strays",
    title: "strays",
    needs: "reader",
    load: () => import("./views/talk"),
  },
  {
    name: "contacts",
    path: "/desk/contacts",
    title: "contacts",
    needs: "reader",
    icon: Talk,
    key: "k",
    load: () => import("./views/contacts"),
  },
  {
    name: "people",
    path: "/desk/people",
    title: "people",
    needs: "owner",
    icon: People,
    key: "p",
    load: () => import("./views/people"),
  },
  {
    name: "audit",
    path: "/desk/audit",
    title: "audit",
    needs: "owner",
    icon: Audit,
    key: "a",
    load: () => import("./views/audit"),
  },
  {
    name: "import",
    path: "/desk/import",
    title: "import",
    needs: "staff",
    icon: Import,
    key: "i",
    load: () => import("./views/import"),
  },
  {
    name: "import-one",
    path: "/desk/import/:id",
    title: "import",
    needs: "staff",
    load: () => import("./views/import/one"),
  },
  {
    name: "status",
    path: "/desk/status",
    title: "status",
    needs: "reader",
    icon: Pulse,
    key: "x",
    load: () => import("./views/status"),
  },
  {
    name: "account",
    path: "/desk/account",
    title: "account",
    needs: "reader",
    load: () => import("./views/account"),
  },
];

/** The view of a path, with the path's parameters. */
export function viewOf(path: string): { view: View; params: Params } | null {
  for (const view of VIEWS) {
    const params = match(view.path, path);
    if (params !== null) return { view, params };
  }
  return null;
}
