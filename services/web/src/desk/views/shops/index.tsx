/** The carrier's shops. */

import type { JSX } from "preact";
import { spaced } from "../../../i18n/phone";
import { NAMES } from "../../../i18n/text";
import "../../ui/parts.css";
import "./shops.css";
import { useShops } from "../../names";
import { may } from "../../session";
import { type Column, Table } from "../../ui/table";
import type { Merchant } from "./model";
import { Swatch } from "./swatch";
import { t } from "./texts";

export default function Shops(): JSX.Element {
  const text = t();
  const read = useShops();
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        {may("owner") && (
          <a class="button" data-kind="main" href="/desk/shops/new" data-testid="add-shop">
            {text.add}
          </a>
        )}
      </header>
      <Table<Merchant>
        caption={text.title}
        columns={columns()}
        rows={read.data?.merchants}
        rowKey={(shop) => shop.merchant}
        href={(shop) => `/desk/shops/${encodeURIComponent(shop.merchant)}`}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        testid="shops"
        empty={
          <>
            <p>
              <b>{text.none}</b>
            </p>
            <p>{text.noneDetail}</p>
          </>
        }
      />
    </>
  );
}

function columns(): readonly Column<Merchant>[] {
  const text = t();
  return [
    {
      key: "name",
      title: text.shop,
      cell: (shop) => (
        <span class="shop-name">
          <Swatch colour={shop.colour} name={shop.name} />
          <span class="narrow-gap">
            <b>{shop.name}</b>
            <span class="sub">{shop.merchant}</span>
          </span>
        </span>
      ),
    },
    {
      key: "contact",
      title: text.contact,
      cell: (shop) => (
        <span class="narrow-gap">
          {shop.contact.phone && <a href={`tel:${shop.contact.phone}`}>{spaced(shop.contact.phone)}</a>}
          {shop.contact.email && <span class="sub">{shop.contact.email}</span>}
        </span>
      ),
    },
    { key: "sees", title: text.sees, cell: (shop) => text.modes[shop.policy.mode] },
    { key: "language", title: text.language, cell: (shop) => NAMES[shop.language] },
    { key: "zone", title: text.zone, minor: true, cell: (shop) => shop.zone },
  ];
}
