/** How the page of a review looks: by the reader's light or dark scheme, from a telephone to a wide screen, and in print. */
export const PAGE_STYLE = `
:root { --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --paper: #ffffff; --shade: #f6f8fa; --danger: #cf222e; --new: #1a7f37; --changed: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --paper: #0d1117; --shade: #151b23; --danger: #f85149; --new: #3fb950; --changed: #d29922 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1100px; padding: 16px 20px 60px; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: var(--paper) }
h1 { font-size: 24px; margin: 8px 0 } h2 { font-size: 18px; margin: 28px 0 8px }
.sentence { font-size: 17px; margin: 0 0 16px } .quiet, i { color: var(--quiet) } .danger { color: var(--danger) }
figure { margin: 0; overflow-x: auto } svg { max-width: 100%; height: auto }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--shade); padding: 1px 4px; border-radius: 4px; overflow-wrap: anywhere }
article { border-left: 3px solid var(--line); padding: 2px 0 2px 12px; margin: 8px 0 } article p { margin: 2px 0 }
.dangers article { border-color: var(--danger) } .class { color: var(--danger); font-weight: 600 }
table { border-collapse: collapse; width: 100%; margin: 4px 0; font-size: 14px } th, td { border: 1px solid var(--line); padding: 3px 8px; text-align: left; vertical-align: top; font-weight: normal }
thead th { background: var(--shade); color: var(--quiet) } tbody th { width: 36% } td { width: 32% }
details { margin: 8px 0 8px 4px } summary { cursor: pointer } details details { margin-left: 16px }
.action { display: inline-block; min-width: 66px; font-weight: 600; color: var(--changed) } .create, .import { color: var(--new) } .replace, .delete { color: var(--danger) }
@media print { body { max-width: none } }
`;
