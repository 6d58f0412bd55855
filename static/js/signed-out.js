// Tells the other tabs, which still show what they showed: session.js empties them.
"use strict";
new BroadcastChannel("session").postMessage({ out: true });
