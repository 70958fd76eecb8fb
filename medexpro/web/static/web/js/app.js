// What every page does. Each module listens on the document, so parts that htmx swaps in need no setting up.
import "./toast.js";
import "./swap.js";
import "./unsent.js";
import "./palette.js";
import "./keys.js";
import "./dialog.js";
import "./stepper.js";
import "./autosave.js";
import "./leaving.js";
import "./combobox.js";
import "./signature.js";
import "./scope.js";
import "./sync.js";
import "./lock.js";
