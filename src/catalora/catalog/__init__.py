"""The catalogue: reading, cleaning, splitting, and the prepared data set that everything after it starts from."""

from catalora.catalog.lookup import find_product
from catalora.catalog.prepare import prepare_catalogue
from catalora.catalog.prepared import PreparedData, load_prepared, read_products, save_products
from catalora.catalog.product import Product, Split
from catalora.catalog.profile import Profile
from catalora.catalog.rows import Columns
from catalora.catalog.splitting import pick_products, select_products

__all__ = [
    "Columns",
    "PreparedData",
    "Product",
    "Profile",
    "Split",
    "find_product",
    "load_prepared",
    "pick_products",
    "prepare_catalogue",
    "read_products",
    "save_products",
    "select_products",
]
