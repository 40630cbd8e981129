/* One file for each kind of visitor. */
import '#start/routes/public'
import '#start/routes/staff'
